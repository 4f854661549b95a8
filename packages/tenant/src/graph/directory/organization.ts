/** The organisation, its domains and its licences. */

import type { FastifyInstance } from 'fastify'
import { userDomain } from '../../directory/generate.ts'
import { isLicensed, license } from '../../directory/profile.ts'
import type { TenantState } from '../../tenant-state.ts'
import {
  domains,
  fullOrganization,
  licenses,
  organization as organizationAccess,
  ownLicenses,
} from '../access.ts'
import { contextOf, listAnswer, type Row } from '../protocol/answers.ts'
import { requireAccess, type AnyCaller } from '../bearer.ts'
import { notFound } from '../errors.ts'
import { property, type EntityType, type PropertyDefinition } from '../filter/entity.ts'
import { readQuery } from '../query.ts'
import { managers } from '../access.ts'
import { hasAny, ofUsers, requireTarget } from '../users/view.ts'

const config = { endpoint: 'organization' } as const

/** A type whose objects are rows: every property can be selected, and none can be filtered by. */
function rowType(name: string, example: Row, filterable: readonly string[] = []): EntityType<Row> {
  const definitions: [string, PropertyDefinition][] = Object.keys(example).map((key) => [
    key,
    property('string', filterable.includes(key) ? 'd---' : '----'),
  ])
  return {
    name,
    resource: name,
    properties: Object.fromEntries(definitions),
    usual: Object.keys(example),
    sorts: {},
    countable: [],
    read: (row, key) => row[key],
  }
}

function pick(row: Row, select: readonly string[] | undefined): Row {
  return select ? Object.fromEntries(select.map((name) => [name, row[name]])) : row
}

const basic = ['id', 'displayName', 'verifiedDomains']

/**
 * What the caller may see of it: with `User.Read` alone, all but three properties are null.
 * https://learn.microsoft.com/graph/api/organization-list
 */
function organizationFor(tenant: TenantState, caller: AnyCaller): Row {
  const row = viewOrganization(tenant)
  if (hasAny(caller, fullOrganization)) return row
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, basic.includes(name) ? value : null]),
  )
}

/** https://learn.microsoft.com/graph/api/resources/organization */
function viewOrganization(tenant: TenantState): Row {
  return {
    id: tenant.tenantId,
    deletedDateTime: null,
    businessPhones: ['+1 206 555 0100'],
    city: 'Tacoma',
    country: null,
    countryLetterCode: 'US',
    createdDateTime: '2016-01-04T08:00:00Z',
    defaultUsageLocation: null,
    displayName: tenant.tenantName,
    isMultipleDataLocationsForServicesEnabled: null,
    marketingNotificationEmails: [],
    onPremisesLastSyncDateTime: null,
    onPremisesSyncEnabled: null,
    partnerTenantType: null,
    postalCode: '98402',
    preferredLanguage: 'en',
    privacyProfile: null,
    securityComplianceNotificationMails: [],
    securityComplianceNotificationPhones: [],
    state: 'WA',
    street: '1 Station Road',
    technicalNotificationMails: [],
    tenantType: 'AAD',
    directorySizeQuota: { used: tenant.directory.users.length, total: 300_000 },
    assignedPlans: license.servicePlans.map(({ service, servicePlanId }) => ({
      assignedDateTime: '2016-01-04T08:00:00Z',
      capabilityStatus: 'Enabled',
      service,
      servicePlanId,
    })),
    onPremisesSyncStatus: [],
    provisionedPlans: [],
    verifiedDomains: [
      {
        capabilities: 'Email, OfficeCommunicationsOnline',
        isDefault: true,
        isInitial: true,
        name: tenant.domain,
        type: 'Managed',
      },
    ],
  }
}

/** One object of each type here, for the types of their properties. */
export function organizationRows(tenant: TenantState) {
  return {
    organization: viewOrganization(tenant),
    domain: domainDefaults,
    subscribedSku: viewSku(tenant),
    licenseDetails: licenseRow(''),
  }
}

export function organizationRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/organization', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, organizationAccess)
    const row = organizationFor(tenant, caller)
    const query = readQuery(request, rowType('organization', row))
    return {
      '@odata.context': contextOf(tenant, 'organization', query),
      value: [pick(row, query.select)],
    }
  })
  app.get<{ Params: { key: string } }>('/organization/:key', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, organizationAccess)
    const row = organizationFor(tenant, caller)
    const query = readQuery(request, rowType('organization', row))
    if (request.params.key.toLowerCase() !== tenant.tenantId) throw notFound(request.params.key)
    return {
      '@odata.context': `${contextOf(tenant, 'organization', query)}/$entity`,
      ...pick(row, query.select),
    }
  })
  domainRoutes(app, tenant)
  licenseRoutes(app, tenant)
}

/** https://learn.microsoft.com/graph/api/resources/domain */
const domainDefaults = {
  authenticationType: 'Managed',
  availabilityStatus: null,
  id: userDomain,
  isAdminManaged: true,
  isDefault: true,
  isInitial: true,
  isRoot: true,
  isVerified: true,
  manufacturer: null,
  model: null,
  passwordNotificationWindowInDays: null,
  passwordValidityPeriodInDays: 2_147_483_647,
  state: null,
  supportedServices: ['Email', 'OfficeCommunicationsOnline'],
}
const domainType = rowType('domain', domainDefaults)

function domainRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/domains', { config }, async (request) => {
    await requireAccess(tenant, request, domains)
    const query = readQuery(request, domainType)
    const view = (row: Row) => pick(row, query.select)
    return listAnswer(tenant, request, {
      type: domainType,
      objects: [{ ...domainDefaults, id: tenant.domain }],
      query,
      context: 'domains',
      view,
    })
  })
  app.get<{ Params: { key: string } }>('/domains/:key', { config }, async (request) => {
    await requireAccess(tenant, request, domains)
    const query = readQuery(request, domainType)
    if (request.params.key.toLowerCase() !== tenant.domain) throw notFound(request.params.key)
    return {
      '@odata.context': `${contextOf(tenant, 'domains', query)}/$entity`,
      ...pick({ ...domainDefaults, id: tenant.domain }, query.select),
    }
  })
}

/** https://learn.microsoft.com/graph/api/resources/licensedetails */
function licenseRow(userId: string) {
  const { skuId, skuPartNumber } = license
  const id = Buffer.from(`${userId}${skuId}`.replaceAll('-', ''), 'hex').toString('base64url')
  return { id, skuId, skuPartNumber, servicePlans: plans() }
}

function plans() {
  return license.servicePlans.map(({ servicePlanId, servicePlanName }) => ({
    servicePlanId,
    servicePlanName,
    provisioningStatus: 'Success',
    appliesTo: 'User',
  }))
}

/** https://learn.microsoft.com/graph/api/resources/subscribedsku */
function viewSku(tenant: TenantState): Row {
  const consumed = tenant.directory.users.filter(isLicensed).length
  return {
    accountName: tenant.tenantName,
    accountId: tenant.tenantId,
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: consumed,
    id: `${tenant.tenantId}_${license.skuId}`,
    skuId: license.skuId,
    skuPartNumber: license.skuPartNumber,
    subscriptionIds: [],
    prepaidUnits: { enabled: Math.max(consumed, 100), suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: plans(),
  }
}

function licenseRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/subscribedSkus', { config }, async (request) => {
    await requireAccess(tenant, request, licenses)
    const row = viewSku(tenant)
    const type = rowType('subscribedSku', row)
    const query = readQuery(request, type)
    const view = (one: Row) => pick(one, query.select)
    return listAnswer(tenant, request, {
      type,
      objects: [row],
      query,
      context: 'subscribedSkus',
      view,
    })
  })
  for (const url of ofUsers('/licenseDetails')) {
    app.get(url, { config: { endpoint: 'users' } }, async (request) => {
      const access = { own: ownLicenses, any: managers }
      const { user } = await requireTarget(tenant, request, access)
      const row = licenseRow(user.id)
      const type = rowType('licenseDetails', row)
      const query = readQuery(request, type)
      return listAnswer(tenant, request, {
        type,
        objects: isLicensed(user) ? [row] : [],
        query,
        context: `users('${user.id}')/licenseDetails`,
        view: (one) => pick(one, query.select),
      })
    })
  }
}

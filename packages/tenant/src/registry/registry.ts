/** The tenant's applications: those of its options, Microsoft's own, and those made through Graph. */

import { newServicePrincipal, stableGuid, type Application } from './application.ts'
import { firstPartyApplications } from './built-in.ts'
import { optionalIdTokenClaims, type Client } from './client.ts'
import type { Entry, Registry } from './entry.ts'
import { foreignEntry, type Elsewhere } from '../tenants/foreign-application.ts'
import { userRoles } from './resources.ts'

export type { Entry, Registry } from './entry.ts'

/**
 * With Microsoft's own applications; others are added.
 *
 * @param now ms since the epoch
 * @param elsewhere the other tenants on the port
 * @param salt makes the ids of service principals those of a further tenant
 */
export function createRegistry(now: number, elsewhere: Elsewhere, salt = ''): Registry {
  const entries = new Map<string, Entry>()
  const deleted = new Set<Entry>()
  const put = (entry: Entry) => void entries.set(entry.application.appId.toLowerCase(), entry)
  for (const application of firstPartyApplications(now)) put(present(application, salt))
  const find = (appId: string) => entries.get(appId.toLowerCase())
  const registry: Registry = {
    graphOrigin: '',
    entries: () => [...entries.values()],
    entry: find,
    client: (clientId) => clientOfEntry(find(clientId)),
    clients: () =>
      [...entries.values()]
        .filter(({ isRegistered }) => isRegistered)
        .flatMap((entry) => clientOfEntry(entry) ?? []),
    add(application, ownerIds, hiddenFor) {
      const isHidden = hiddenFor > 0
      const rest = { servicePrincipal: undefined, isRegistered: true, postLogoutRedirectUris: [] }
      const entry = { ...rest, application, ownerIds, hiddenFor, isHidden, appRoleAssignments: [] }
      put(entry)
      return entry
    },
    remove(entry) {
      entries.delete(entry.application.appId.toLowerCase())
      deleted.add(entry)
    },
    deleted: () => [...deleted],
    restore(entry) {
      deleted.delete(entry)
      put(entry)
    },
    purge: (entry) => void deleted.delete(entry),
    beginRequest() {
      for (const entry of entries.values()) {
        entry.isHidden = entry.hiddenFor > 0
        if (entry.isHidden) entry.hiddenFor -= 1
      }
    },
    ...foreignApplications(elsewhere, find, put),
    load(entriesOfNow, deletedOnes) {
      entries.clear()
      deleted.clear()
      for (const entry of entriesOfNow) put(entry)
      for (const entry of deletedOnes) deleted.add(entry)
    },
  }
  return registry
}

/** The applications of other tenants on the port. */
function foreignApplications(
  elsewhere: Elsewhere,
  find: (appId: string) => Entry | undefined,
  put: (entry: Entry) => void,
): Pick<Registry, 'foreign' | 'arriving' | 'admit'> {
  const foreign: Registry['foreign'] = (appId, remembered) => {
    const offer = elsewhere.find(appId)
    const known = offer
      ? { application: offer.entry.application, tenantId: offer.tenantId }
      : remembered
    return known && foreignEntry(elsewhere, known)
  }
  const arriving = (appId: string) => {
    const entry = foreign(appId)
    if (!entry) return []
    const behind = elsewhere.behind(appId).map(({ application }) => foreign(application.appId))
    return [entry, ...behind]
      .filter((one) => one !== undefined)
      .filter(({ application }) => !find(application.appId)?.servicePrincipal)
  }
  return {
    foreign,
    arriving,
    admit(appId) {
      for (const entry of arriving(appId)) put(entry)
    },
  }
}

function present(application: Application, salt: string): Entry {
  const { appId } = application
  return {
    application,
    servicePrincipal: newServicePrincipal(stableGuid(`service principal ${appId}${salt}`), appId),
    isRegistered: false,
    ownerIds: [],
    hiddenFor: 0,
    isHidden: false,
    appRoleAssignments: [],
    postLogoutRedirectUris: [],
  }
}

/** Undefined for an application that no user can sign in to. */
export function clientOfEntry(entry: Entry | undefined): Client | undefined {
  if (!entry?.servicePrincipal?.accountEnabled || entry.home?.isOpen() === false) return undefined
  return clientOf(entry)
}

function clientOf({ application, postLogoutRedirectUris }: Entry): Client {
  const { web, spa, publicClient } = application
  const idToken = application.optionalClaims?.idToken ?? []
  const names = idToken
    .map(({ name }) => name)
    .filter((name) => optionalIdTokenClaims.includes(name))
  const groups = ['All', 'SecurityGroup'].includes(application.groupMembershipClaims ?? '')
  return {
    clientId: application.appId,
    name: application.displayName,
    redirectUris: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    publicRedirectUris: publicClient.redirectUris,
    spaRedirectUris: spa.redirectUris,
    implicitGrants: {
      idToken: web.implicitGrantSettings.enableIdTokenIssuance,
      accessToken: web.implicitGrantSettings.enableAccessTokenIssuance,
    },
    isPublic: application.isFallbackPublicClient === true || publicClient.redirectUris.length > 0,
    isSingleTenant: application.signInAudience === 'AzureADMyOrg',
    postLogoutRedirectUris,
    frontChannelLogoutUri: web.logoutUrl ?? undefined,
    appRoles: userRoles(application.appRoles),
    secrets: application.passwordCredentials.map(({ secretText, endDateTime }) => ({
      text: secretText,
      endsAt: Date.parse(endDateTime),
    })),
    certificates: application.keyCredentials.map(({ key, endDateTime }) => ({
      certificate: key,
      endsAt: Date.parse(endDateTime),
    })),
    federatedCredentials: application.federatedIdentityCredentials,
    optionalClaims: new Set([...names, ...(groups ? ['groups'] : [])]),
  }
}

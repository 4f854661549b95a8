/** The applications of a tenant in a snapshot. */

import { Type, type Static } from 'typebox'
import { newApplication, newServicePrincipal, type Application } from '../registry/application.ts'
import type { Entry, Registry } from '../registry/registry.ts'

const Texts = Type.Array(Type.String())

export const StoredEntry = Type.Object({
  application: Type.Object({ id: Type.String(), appId: Type.String(), displayName: Type.String() }),
  servicePrincipal: Type.Union([Type.Object({ id: Type.String() }), Type.Null()]),
  /** The tenant on the port that has registered it, if that is another one. */
  homeTenantId: Type.Optional(Type.String()),
  isRegistered: Type.Boolean(),
  ownerIds: Texts,
  appRoleAssignments: Type.Array(
    Type.Object({
      id: Type.String(),
      appRoleId: Type.String(),
      principalId: Type.String(),
      principalType: Type.Union([
        Type.Literal('User'),
        Type.Literal('Group'),
        Type.Literal('ServicePrincipal'),
      ]),
      createdDateTime: Type.String(),
    }),
  ),
  postLogoutRedirectUris: Texts,
})

export type StoredEntry = Static<typeof StoredEntry>

/** Whether all members of an application have the types that the registry relies on. */
export function isComplete({ application, servicePrincipal }: StoredEntry): boolean {
  const { id, appId, displayName } = application
  const sample = newApplication({ id, appId, displayName }, 0)
  const principal = newServicePrincipal('', '')
  return (
    hasForm(sample, application) &&
    (servicePrincipal === null || hasForm(principal, servicePrincipal))
  )
}

/** The same members of the same types as a sample; null in the sample stands for anything. */
function hasForm(sample: unknown, value: unknown): boolean {
  if (sample === null) return true
  if (Array.isArray(sample)) return Array.isArray(value)
  if (typeof sample !== 'object') return typeof value === typeof sample
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const members = new Map<string, unknown>(Object.entries(value))
  return Object.entries(sample).every(([name, part]) => hasForm(part, members.get(name)))
}

export function storedEntry(entry: Entry): StoredEntry {
  const { application, servicePrincipal, isRegistered, ownerIds, appRoleAssignments } = entry
  const { home } = entry
  const { id, appId, displayName } = application
  return {
    // Microsoft's own have hundreds of permissions, which are the same in every tenant.
    application: isRegistered ? application : { id, appId, displayName },
    servicePrincipal: servicePrincipal ?? null,
    ...(home ? { homeTenantId: home.tenantId } : {}),
    isRegistered,
    ownerIds: [...ownerIds],
    appRoleAssignments: [...appRoleAssignments],
    postLogoutRedirectUris: [...entry.postLogoutRedirectUris],
  }
}

/**
 * Microsoft's own are those of the running tenant.
 *
 * @throws Error with a sentence for an application of Microsoft's that the tenant does not know
 */
export function entryOf(registry: Registry, stored: StoredEntry): Entry {
  const { homeTenantId } = stored
  if (homeTenantId !== undefined) return foreignEntryOf(registry, stored, homeTenantId)
  const known = registry.entry(stored.application.appId)
  const application = stored.isRegistered ? (stored.application as Application) : known?.application
  if (!application) throw new Error(`There is no application ${stored.application.appId} here.`)
  return {
    application,
    servicePrincipal: (stored.servicePrincipal ?? undefined) as Entry['servicePrincipal'],
    isRegistered: stored.isRegistered,
    ownerIds: stored.ownerIds,
    hiddenFor: 0,
    isHidden: false,
    appRoleAssignments: stored.appRoleAssignments,
    postLogoutRedirectUris: stored.postLogoutRedirectUris,
  }
}

/** Its registration stays that of its home: only what the tenant has of it is taken. */
function foreignEntryOf(
  registry: Registry,
  { application, servicePrincipal, appRoleAssignments }: StoredEntry,
  tenantId: string,
): Entry {
  const entry = registry.foreign(application.appId, { application, tenantId })
  if (!entry) throw new Error(`There is no application ${application.appId} here.`)
  entry.servicePrincipal = (servicePrincipal ?? undefined) as Entry['servicePrincipal']
  entry.appRoleAssignments = appRoleAssignments
  return entry
}

/** The applications that the tenant knows: those it was started with, Microsoft's own, and those made through Graph. */
import type { Client, ClientRegistration } from '../clients.ts'
import type { Application } from './application.ts'
import { firstPartyApplications, fixedApplication } from './built-in.ts'
import { createHash } from 'node:crypto'

/** One application, and its presence in the tenant. */
export interface Entry {
  application: Application
  /** Without one, nobody can sign in. */
  servicePrincipal: ServicePrincipal | undefined
  /** Registered here; Microsoft's own are only present. */
  isRegistered: boolean
  /** The user who made it. */
  ownerId: string | undefined
  /** For how many more requests Graph does not show it. */
  hiddenFor: number
  /** Graph does not show it to the request of now. */
  isHidden: boolean
  fixed: Partial<Client>
}

export interface Registry {
  /** Every application, also those that Graph does not show yet. */
  entries(): readonly Entry[]
  /** By application (client) id. */
  entry(appId: string): Entry | undefined
  /** Undefined for an application that is not there, or not present in the tenant. */
  client(clientId: string): Client | undefined
  /** Those that are registered here. */
  clients(): readonly Client[]
  /** @param hiddenFor for how many requests to Graph it is not to be seen */
  add(application: Application, ownerId: string, hiddenFor: number): Entry
  /** It stays among the deleted ones. */
  remove(entry: Entry): void
  deleted(): readonly Entry[]
  /** Ends a deleted one for good. */
  purge(entry: Entry): void
  /** A request to Graph's applications begins: those that are hidden come one request nearer. */
  beginRequest(): void
}

/** @param now ms since the epoch */
export function createRegistry(fixed: readonly ClientRegistration[], now: number): Registry {
  const entries = new Map<string, Entry>()
  const deleted = new Set<Entry>()
  const put = (entry: Entry) => void entries.set(entry.application.appId.toLowerCase(), entry)
  for (const application of firstPartyApplications(now)) put(present(application))
  for (const registration of fixed) {
    const entry = present(fixedApplication(registration, now))
    put({ ...entry, isRegistered: true, fixed: fixedPart(registration) })
  }
  const find = (appId: string) => entries.get(appId.toLowerCase())
  return {
    entries: () => [...entries.values()],
    entry: find,
    client: (clientId) => clientOfEntry(find(clientId)),
    clients: () =>
      [...entries.values()]
        .filter(({ isRegistered }) => isRegistered)
        .flatMap((entry) => clientOfEntry(entry) ?? []),
    add(application, ownerId, hiddenFor) {
      const isHidden = hiddenFor > 0
      const rest = { servicePrincipal: undefined, isRegistered: true, fixed: {} }
      const entry = { ...rest, application, ownerId, hiddenFor, isHidden }
      put(entry)
      return entry
    },
    remove(entry) {
      entries.delete(entry.application.appId.toLowerCase())
      deleted.add(entry)
    },
    deleted: () => [...deleted],
    purge: (entry) => void deleted.delete(entry),
    beginRequest() {
      for (const entry of entries.values()) {
        entry.isHidden = entry.hiddenFor > 0
        if (entry.isHidden) entry.hiddenFor -= 1
      }
    },
  }
}

function present(application: Application): Entry {
  const { appId } = application
  return {
    application,
    servicePrincipal: newServicePrincipal(stableGuid(`service principal ${appId}`), appId),
    isRegistered: false,
    ownerId: undefined,
    hiddenFor: 0,
    isHidden: false,
    fixed: {},
  }
}

function clientOfEntry(entry: Entry | undefined): Client | undefined {
  if (!entry?.servicePrincipal?.accountEnabled) return undefined
  return { ...clientOf(entry.application), ...entry.fixed }
}

// What sign-in has to know of a registration.

/** Claims that Entra sends only where the registration asks for them. */
const configurable = ['login_hint', 'sid', 'auth_time']

function clientOf(application: Application): Client {
  const { web, spa, publicClient } = application
  const idToken = application.optionalClaims?.idToken ?? []
  const names = idToken.map(({ name }) => name).filter((name) => configurable.includes(name))
  const groups = ['All', 'SecurityGroup'].includes(application.groupMembershipClaims ?? '')
  return {
    clientId: application.appId,
    name: application.displayName,
    redirectUris: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    publicRedirectUris: publicClient.redirectUris,
    isPublic: application.isFallbackPublicClient === true || publicClient.redirectUris.length > 0,
    isSingleTenant: application.signInAudience === 'AzureADMyOrg',
    postLogoutRedirectUris: [],
    frontChannelLogoutUri: web.logoutUrl ?? undefined,
    appRoles: application.appRoles
      .filter(({ isEnabled = true }) => isEnabled)
      .flatMap(({ value }) => (value === null ? [] : [value])),
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

/** What only the clients that the tenant was started with have. */
function fixedPart(registration: ClientRegistration): Partial<Client> {
  return {
    clientId: registration.clientId,
    postLogoutRedirectUris: registration.postLogoutRedirectUris ?? [],
    appRoles: registration.appRoles,
    optionalClaims: new Set(['login_hint', 'sid', 'groups']),
  }
}

/** The same GUID for the same name, in every tenant: for objects that are there from the start. */
export function stableGuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20, 32)].join('-')
}

/** An application's presence in this tenant; the names of the properties are Graph's. */
export interface ServicePrincipal {
  id: string
  appId: string
  accountEnabled: boolean
  appRoleAssignmentRequired: boolean
  tags: string[]
}

export function newServicePrincipal(id: string, appId: string): ServicePrincipal {
  return { id, appId, accountEnabled: true, appRoleAssignmentRequired: false, tags: [] }
}

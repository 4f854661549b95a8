/** Authorization codes: ten minutes, one use, bound to what was asked for. */
import { randomBytes } from 'node:crypto'
import { createBoundedMap } from '../bounded-map.ts'
import { EntraError } from './errors.ts'

/** What a user has granted to a client. */
export interface Grant {
  clientId: string
  userId: string
  scopes: readonly string[]
  sid: string
  /** Ms since the epoch. */
  authenticatedAt: number
  /** The user's `revocations` when it was granted. */
  revocations: number
  /** Authentication contexts that the user has satisfied for it: `acrs`. */
  contexts: readonly string[]
}

export interface CodeGrant extends Grant {
  redirectUri: string
  nonce: string | undefined
  challenge: { value: string; method: 'S256' | 'plain' } | undefined
  handlesChallenges: boolean
  /** Ms since the epoch. */
  expiresAt: number
  used: boolean
}

export interface Codes {
  issue(grant: Omit<CodeGrant, 'expiresAt' | 'used'>, now: number): string
  find(code: string): CodeGrant | undefined
}

const lifetime = 10 * 60_000
const codeLimit = 20_000

export function createCodes(): Codes {
  const codes = createBoundedMap<CodeGrant>(codeLimit)
  return {
    issue(grant, now) {
      // About as long as Entra's, and in its form.
      const code = `1.A${randomBytes(480).toString('base64url')}`
      codes.set(code, { ...grant, expiresAt: now + lifetime, used: false })
      return code
    },
    find: (code) => codes.get(code),
  }
}

/** Which permissions an application was granted: by a user for themselves, or by an administrator for everybody. */

/** What was granted to one application, by one user or for all. */
export interface Granted {
  clientId: string
  /** Undefined: for everybody. */
  userId: string | undefined
  scopes: readonly string[]
}

export interface Consents {
  missing(userId: string, clientId: string, scopes: readonly string[]): string[]
  grant(userId: string, clientId: string, scopes: readonly string[]): void
  grantForAll(clientId: string, scopes: readonly string[]): void
  list(): Granted[]
  /** Replaces what this user, or everybody, has granted; no scopes: takes it back. */
  set(granted: Granted): void
  /** Takes back what the user has granted; without a user, everything that anybody has. */
  withdraw(userId?: string): void
  /** Takes back everything from one application. */
  withdrawFrom(clientId: string): void
}

/** Stands for everybody, among the ids of users. */
const everybody = ''

export function createConsents(): Consents {
  /** By user, then by application. */
  const byUser = new Map<string, Map<string, Set<string>>>()
  const of = (userId: string, clientId: string) => byUser.get(userId)?.get(clientId)
  const set = (userId: string, clientId: string, scopes: Iterable<string>) => {
    const own = byUser.get(userId) ?? new Map<string, Set<string>>()
    byUser.set(userId, own)
    const all = new Set(scopes)
    if (all.size > 0) own.set(clientId, all)
    else own.delete(clientId)
  }
  const add = (userId: string, clientId: string, scopes: readonly string[]) =>
    set(userId, clientId, [...(of(userId, clientId) ?? []), ...scopes])
  return {
    missing(userId, clientId, scopes) {
      const own = of(userId, clientId)
      const all = of(everybody, clientId)
      return scopes.filter((scope) => !own?.has(scope) && !all?.has(scope))
    },
    grant: add,
    grantForAll: (clientId, scopes) => add(everybody, clientId, scopes),
    list: () =>
      [...byUser].flatMap(([userId, own]) =>
        [...own].map(([clientId, scopes]) => ({
          clientId,
          userId: userId === everybody ? undefined : userId,
          scopes: [...scopes],
        })),
      ),
    set: ({ userId = everybody, clientId, scopes }) => set(userId, clientId, scopes),
    withdraw(userId) {
      if (userId === undefined) byUser.clear()
      else byUser.delete(userId)
    },
    withdrawFrom(clientId) {
      for (const own of byUser.values()) own.delete(clientId)
    },
  }
}

// The scopes that this tenant knows: OpenID's, and Graph's delegated permissions.

export const openIdScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/** What the consent page says of a scope. */
export const scopeWords: Readonly<Record<string, string>> = {
  openid: 'Sign you in',
  profile: 'See your name and user name',
  email: 'See your e-mail address',
  offline_access: 'Keep the access that you have given it, also while you are away',
  'User.Read': 'Read your profile',
  'User.ReadWrite': 'Read and change your profile',
  'User.ReadBasic.All': 'Read the name, e-mail address and photo of everybody in the organisation',
  'User.Read.All': 'Read the full profile of everybody in the organisation',
  'Directory.Read.All': 'Read everything in the directory',
  'Directory.ReadWrite.All': 'Read and change everything in the directory',
  'Application.Read.All': 'Read all applications',
  'Application.ReadWrite.All': 'Read and change all applications',
  'DelegatedPermissionGrant.ReadWrite.All': 'Change which permissions applications have',
  'Organization.Read.All': 'Read about the organisation',
  'Group.Read.All': 'Read all groups',
  'GroupMember.Read.All': 'Read who belongs to which group',
  'People.Read': 'See the people that matter to you',
  'Presence.Read': 'See whether you are available',
  'Mail.Read': 'Read your mail',
  'Mail.Send': 'Send mail as you',
  'Calendars.Read': 'Read your calendars',
  'Calendars.ReadWrite': 'Read and change your calendars',
  'Contacts.Read': 'Read your contacts',
  'Files.Read': 'Read your files',
  'Tasks.Read': 'Read your tasks',
}

/** Only an administrator can consent to these. Entra has more of them; the tenant is lenient with those that only read. */
export const adminScopes: ReadonlySet<string> = new Set([
  'Directory.ReadWrite.All',
  'Application.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
])

const known = new Map(Object.keys(scopeWords).map((scope) => [scope.toLowerCase(), scope]))
const graphResources = ['https://graph.microsoft.com/', '00000003-0000-0000-c000-000000000000/']
const defaultScope = '.default'

/**
 * The scopes of a space-separated list, in the tenant's spelling, each once.
 *
 * @throws EntraError 70011, 650053 or 500011
 */
export function parseScopes(text: string): string[] {
  const asked = text.split(' ').filter(Boolean).map(withoutResource)
  const graph = asked.filter((scope) => !isOpenId(scope))
  if (graph.includes(defaultScope) && graph.length > 1) {
    throw new EntraError(70011, { message: `${defaultScope} cannot be asked for beside others.` })
  }
  return [...new Set(asked.flatMap(knownScopes))]
}

export function isOpenId(scope: string): boolean {
  return openIdScopes.some((openIdScope) => openIdScope === scope)
}

function withoutResource(scope: string): string {
  const resource = graphResources.find((prefix) => scope.toLowerCase().startsWith(prefix))
  return resource ? scope.slice(resource.length) : scope
}

function knownScopes(scope: string): string[] {
  if (scope === defaultScope) return ['User.Read']
  const spelled = known.get(scope.toLowerCase())
  if (spelled) return [spelled]
  if (/^[a-z]+:\/\//i.test(scope)) throw new EntraError(500011)
  throw new EntraError(650053, { message: `The scope '${scope}' does not exist on the resource.` })
}

/** The tenant's users, by id, by user name and by search, and the state of their accounts. */

/** A user as the directory holds it; the names of the properties are Graph's. */
export interface TenantUser {
  id: string
  displayName: string
  givenName: string | null
  surname: string | null
  mail: string | null
  userPrincipalName: string
  jobTitle: string | null
  department: string | null
  officeLocation: string | null
  mobilePhone: string | null
  businessPhones: string[]
  preferredLanguage: string | null
  accountEnabled: boolean
  userType: 'Member' | 'Guest'
  /** App roles, given to the applications that define them. */
  roles: string[]
  /** May consent for the whole organisation. */
  isAdmin: boolean
  /** Object ids of groups; above 200 a token says only where to ask for them. */
  groups: string[]
  /** What the password grant takes; absent: `localPassword`. Graph never shows it. */
  password?: string
  /** The password alone is not enough: the password grant answers AADSTS50076. */
  needsSecondFactor?: boolean
}

/** The password of every user who has no other: fixed, public, and good on a local tenant only. */
export const localPassword = 'local-tenant-only-not-a-secret'

interface TokenRevocations {
  /** The number of revocations. A count, because a test's clock may stand still. */
  count: number
  /** The time of the last one, ms since the epoch. */
  at: number
}

export interface Directory extends AccountStates {
  readonly users: readonly TenantUser[]
  byId(id: string): TenantUser | undefined
  byUserName(userName: string): TenantUser | undefined
  /** By what users type to sign in: their user name, or for guests the address at home, as in Entra. */
  bySignInName(name: string): TenantUser | undefined
  /** By object id or user name. */
  byIdOrName(text: string): TenantUser | undefined
  /** The first `limit` users whose name or user name has a word that begins with each word of `text`. */
  find(text: string, limit: number): TenantUser[]
  /** Who may consent for the whole organisation. */
  admins(): TenantUser[]
  /** Changes the number of users; without a count, to that of the start. Users who remain keep id, name and state. */
  resize(count?: number): void
}

/**
 * @param make the first `count` users
 * @param now ms since the epoch
 */
export function createDirectory(
  make: (count: number) => readonly TenantUser[],
  count: number,
  now: () => number,
): Directory {
  const states = createAccountStates(now)
  let register = registerOf(make(count))
  const byId = (id: string) => register.byId.get(id.toLowerCase())
  const byUserName = (name: string) => register.byUserName.get(name.trim().toLowerCase())
  return {
    ...states,
    get users() {
      return register.users
    },
    byId,
    byUserName,
    bySignInName: (name) => byUserName(name) ?? guestByMail(register.users, name),
    byIdOrName: (text) => byId(text) ?? byUserName(text),
    find: (text, limit) => findUsers(register.users, text, limit),
    admins: () => register.users.filter((user) => user.isAdmin),
    isDisabled: (id) => states.isDisabled(id) || byId(id)?.accountEnabled === false,
    resize: (size = count) => void (register = registerOf(make(size))),
  }
}

/** What the user types to sign in. */
export function signInName({ userType, mail, userPrincipalName }: TenantUser): string {
  return userType === 'Guest' && mail !== null ? mail : userPrincipalName
}

function guestByMail(users: readonly TenantUser[], name: string): TenantUser | undefined {
  const mail = name.trim().toLowerCase()
  return users.find((user) => user.userType === 'Guest' && user.mail?.toLowerCase() === mail)
}

function registerOf(users: readonly TenantUser[]) {
  return {
    users,
    byId: new Map(users.map((user) => [user.id, user])),
    byUserName: new Map(users.map((user) => [user.userPrincipalName.toLowerCase(), user])),
  }
}

function findUsers(users: readonly TenantUser[], text: string, limit: number): TenantUser[] {
  const words = normalise(text).split(/\s+/).filter(Boolean)
  if (words.length === 0) return users.slice(0, limit)
  const found: TenantUser[] = []
  for (const user of users) {
    if (found.length >= limit) break
    const whole = normalise(user.userPrincipalName)
    const name = ` ${normalise(user.displayName)} ${whole.replace('.', ' ')}`
    if (words.every((word) => name.includes(` ${word}`) || whole.startsWith(word))) found.push(user)
  }
  return found
}

/** Removes case and accents, so that "zoe" finds "Zoë". */
export function normalise(text: string): string {
  // Most names are plain, and normalising 100 000 of them takes half a second.
  if (isPlain(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) > 127) return false
  return true
}

/** Which users are disabled, and whose sessions and tokens were revoked. Without an id, a method is for all users. */
interface AccountStates {
  disable(id?: string): void
  /** Without an id: every user that `disable` disabled. */
  enable(id?: string): void
  isDisabled(id: string): boolean
  /** Whether `disable` disabled any user. */
  anyDisabled(): boolean
  /** The users that `disable` disabled by id; empty if it disabled all users. */
  disabledIds(): readonly string[]
  /** Ends every refresh token of now, and every access token with it. */
  revoke(id?: string): void
  /** How often the user was revoked; a grant keeps this number. */
  revocations(id: string): number
  /** Ends every access token of now; refresh tokens stay good. */
  revokeTokens(id?: string): void
  tokenRevocations(id: string): TokenRevocations
}

const allUsers = '*'

function createAccountStates(now: () => number): AccountStates {
  const disabled = new Set<string>()
  const revoked = new Map<string, number>()
  const tokens = new Map<string, TokenRevocations>()
  const revocations = (id: string) => revoked.get(id) ?? 0
  const tokenRevocations = (id: string) => tokens.get(id) ?? { count: 0, at: 0 }
  const revokeTokens = (id = allUsers) =>
    void tokens.set(id, { count: tokenRevocations(id).count + 1, at: now() })
  return {
    disable: (id = allUsers) => void disabled.add(id),
    enable: (id) => (id === undefined ? disabled.clear() : void disabled.delete(id)),
    isDisabled: (id) => disabled.has(id) || disabled.has(allUsers),
    anyDisabled: () => disabled.size > 0,
    disabledIds: () => (disabled.has(allUsers) ? [] : [...disabled]),
    revoke(id = allUsers) {
      revoked.set(id, revocations(id) + 1)
      revokeTokens(id)
    },
    revocations: (id) => revocations(id) + revocations(allUsers),
    revokeTokens,
    tokenRevocations(id) {
      const [own, all] = [tokenRevocations(id), tokenRevocations(allUsers)]
      return { count: own.count + all.count, at: Math.max(own.at, all.at) }
    },
  }
}

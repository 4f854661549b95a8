/** The state of accounts beside the directory: which are disabled, and whose sessions and tokens were revoked. */

interface TokenRevocations {
  /** The number of revocations. A count, because a test's clock may stand still. */
  count: number
  /** The time of the last one, ms since the epoch. */
  at: number
}

/** Which users are disabled, and whose sessions and tokens were revoked. Without an id, a method is for all users. */
export interface AccountStates {
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
  accountSnapshot(): AccountSnapshot
  /** Takes the place of all states. */
  restoreAccounts(snapshot: AccountSnapshot): void
}

/** Plain JSON. */
interface AccountSnapshot {
  disabled: string[]
  revoked: Record<string, number>
  tokens: Record<string, TokenRevocations>
}

const allUsers = '*'

/** @param now ms since the epoch */
export function createAccountStates(now: () => number): AccountStates {
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
    accountSnapshot: () => ({
      disabled: [...disabled],
      revoked: Object.fromEntries(revoked),
      tokens: Object.fromEntries(tokens),
    }),
    restoreAccounts(snapshot) {
      for (const kept of [disabled, revoked, tokens]) kept.clear()
      for (const id of snapshot.disabled) disabled.add(id)
      for (const [id, count] of Object.entries(snapshot.revoked)) revoked.set(id, count)
      for (const [id, one] of Object.entries(snapshot.tokens)) tokens.set(id, one)
    },
  }
}

/** What has happened to users: disabled, sessions ended, tokens revoked. Without an id, to everybody. */

export interface TokenRevocations {
  /** How often it happened. A count, because a test's clock may stand still. */
  count: number
  /** When it last happened, ms since the epoch. */
  at: number
}

export interface AccountStates {
  disable(id?: string): void
  /** Without an id: everybody who was disabled here. */
  enable(id?: string): void
  isDisabled(id: string): boolean
  /** Whether anybody was disabled here. */
  anyDisabled(): boolean
  /** Who was disabled here one by one; nobody where it was everybody. */
  disabledIds(): readonly string[]
  /** Ends every refresh token of now, and every access token with it. */
  revoke(id?: string): void
  /** How often the user was revoked; a grant remembers it. */
  revocations(id: string): number
  /** Ends every access token of now; refresh tokens stay good. */
  revokeTokens(id?: string): void
  tokenRevocations(id: string): TokenRevocations
}

const everybody = '*'

export function createAccountStates(now: () => number): AccountStates {
  const disabled = new Set<string>()
  const revoked = new Map<string, number>()
  const tokens = new Map<string, TokenRevocations>()
  const revocations = (id: string) => revoked.get(id) ?? 0
  const tokenRevocations = (id: string) => tokens.get(id) ?? { count: 0, at: 0 }
  const revokeTokens = (id = everybody) =>
    void tokens.set(id, { count: tokenRevocations(id).count + 1, at: now() })
  return {
    disable: (id = everybody) => void disabled.add(id),
    enable: (id) => (id === undefined ? disabled.clear() : void disabled.delete(id)),
    isDisabled: (id) => disabled.has(id) || disabled.has(everybody),
    anyDisabled: () => disabled.size > 0,
    disabledIds: () => (disabled.has(everybody) ? [] : [...disabled]),
    revoke(id = everybody) {
      revoked.set(id, revocations(id) + 1)
      revokeTokens(id)
    },
    revocations: (id) => revocations(id) + revocations(everybody),
    revokeTokens,
    tokenRevocations(id) {
      const [own, all] = [tokenRevocations(id), tokenRevocations(everybody)]
      return { count: own.count + all.count, at: Math.max(own.at, all.at) }
    },
  }
}

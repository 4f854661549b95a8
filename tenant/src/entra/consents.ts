/** Which permissions an application was granted: by a user for themselves, or by an administrator for everybody. */

export interface Consents {
  missing(userId: string, clientId: string, scopes: readonly string[]): string[]
  grant(userId: string, clientId: string, scopes: readonly string[]): void
  grantForAll(clientId: string, scopes: readonly string[]): void
  /** Takes back what the user has granted; without a user, everything that anybody has. */
  withdraw(userId?: string): void
}

export function createConsents(): Consents {
  /** By user, then by application. */
  const byUser = new Map<string, Map<string, Set<string>>>()
  const forAll = new Map<string, Set<string>>()
  return {
    missing(userId, clientId, scopes) {
      const own = byUser.get(userId)?.get(clientId)
      const all = forAll.get(clientId)
      return scopes.filter((scope) => !own?.has(scope) && !all?.has(scope))
    },
    grant(userId, clientId, scopes) {
      const own = byUser.get(userId) ?? new Map<string, Set<string>>()
      byUser.set(userId, own)
      add(own, clientId, scopes)
    },
    grantForAll: (clientId, scopes) => add(forAll, clientId, scopes),
    withdraw(userId) {
      if (userId === undefined) {
        byUser.clear()
        forAll.clear()
      } else {
        byUser.delete(userId)
      }
    },
  }
}

function add(granted: Map<string, Set<string>>, clientId: string, scopes: readonly string[]): void {
  granted.set(clientId, new Set([...(granted.get(clientId) ?? []), ...scopes]))
}

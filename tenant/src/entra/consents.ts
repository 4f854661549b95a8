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

/** Which permissions a user has consented to, for which application. */
export interface Consents {
  missing(userId: string, clientId: string, scopes: readonly string[]): string[]
  grant(userId: string, clientId: string, scopes: readonly string[]): void
}

export function createConsents(): Consents {
  const granted = new Map<string, Set<string>>()
  const of = (userId: string, clientId: string) => granted.get(`${userId} ${clientId}`)
  return {
    missing(userId, clientId, scopes) {
      const consented = of(userId, clientId)
      return scopes.filter((scope) => !consented?.has(scope))
    },
    grant(userId, clientId, scopes) {
      granted.set(`${userId} ${clientId}`, new Set([...(of(userId, clientId) ?? []), ...scopes]))
    },
  }
}

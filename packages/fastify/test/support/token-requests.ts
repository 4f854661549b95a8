import type { Tenant } from '@gatehouse/tenant'

export type TokenForm = Record<string, string>

/** The forms that the tenant's token endpoint got. */
export function tokenRequests(tenant: Tenant, grantType?: string): TokenForm[] {
  const posts = tenant.journal.entries().filter(({ endpoint }) => endpoint === 'token')
  const forms = posts.map(({ body }) => body as TokenForm)
  return grantType === undefined ? forms : forms.filter((form) => form['grant_type'] === grantType)
}

/** The token responses that came from a refresh token. */
export function refreshes(tenant: Tenant): TokenForm[] {
  return tokenRequests(tenant, 'refresh_token')
}

import type { TlsTenant } from './tls-tenant.ts'

/** Asks Graph for the owner of an access token. @returns the object id; the status if it is not 200 */
export async function askGraph({ graphUrl }: TlsTenant, accessToken: string) {
  const answer = await fetch(`${graphUrl}/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const body = (await answer.json()) as { id?: string }
  return body.id ?? answer.status
}

import type { TlsTenant } from './tls-tenant.ts'

/** What Graph says of the owner of an access token. @returns the object id; the status where it is no 200 */
export async function askGraph({ tenant }: TlsTenant, accessToken: string) {
  const answer = await fetch(`${tenant.graphUrl}/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const body = (await answer.json()) as { id?: string }
  return body.id ?? answer.status
}

/** Reads whose access token a call to Graph carried. */

interface Carries {
  headers: Record<string, string | string[] | undefined>
}

/** The object id in the bearer token of a request that the tenant got. */
export function bearerObjectId({ headers }: Carries): string {
  const [, payload = ''] = String(headers['authorization']).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { oid?: unknown }
  return String(claims.oid)
}

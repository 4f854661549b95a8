/** Reads whose access token a call to Graph carried. */

interface Carries {
  headers: Record<string, string | string[] | undefined>
}

/** The object id in the bearer token of a request that the tenant got. */
export function bearerObjectId({ headers }: Carries): string {
  return String(bearerClaims(String(headers['authorization'])).oid)
}

/** What an access token says; nobody but its API should care. */
export function bearerClaims(token: string): { oid?: unknown; scp?: unknown } {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    oid?: unknown
    scp?: unknown
  }
}

/** Reads the access token of a call to Graph. */

interface Carries {
  headers: Record<string, string | string[] | undefined>
}

/** The object id in the bearer token of a request that the tenant got. */
export function bearerObjectId({ headers }: Carries): string {
  return String(bearerClaims(String(headers['authorization'])).oid)
}

/** The claims of an access token, which only its API should read. */
export function bearerClaims(token: string): { oid?: unknown; scp?: unknown } {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    oid?: unknown
    scp?: unknown
  }
}

/**
 * Where the built-in local tenant listens and what it has registered. It stands in only while
 * `aad.config.json` holds its three placeholders, outside production. Nothing here is a secret:
 * the local tenant answers on loopback alone, and a test holds these values against its own.
 */
export const localTenant = {
  tenant: '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390',
  clientId: '2b8e6d14-73af-4c59-8e01-c4d95a3f7b62',
  clientSecret: 'local-tenant-only-not-a-secret',
  defaultPort: 5175,
} as const

/** The addresses of a local tenant on `port`. */
export function localTenantUrls(port: number): { authority: string; graph: string } {
  const origin = `http://127.0.0.1:${port}`
  return { authority: origin, graph: `${origin}/v1.0` }
}

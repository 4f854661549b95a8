/**
 * Where the built-in local tenant listens and what it has registered. It stands in only while
 * `aad.config.json` holds its three placeholders, outside production. Nothing here is a secret:
 * the local tenant answers on loopback alone, and a test holds these values against its own.
 */
export const localTenant = {
  tenant: '6c1f2b9e-4d3a-4c57-9b7e-0a5d8e21f3c4',
  clientId: 'b7a90d52-1f6e-4e0b-8a43-5c2d9e7f1a60',
  clientSecret: 'local-tenant-only-not-a-secret',
  defaultPort: 5175,
} as const

/** The addresses of a local tenant on `port`. */
export function localTenantUrls(port: number): { authority: string; graph: string } {
  const origin = `http://127.0.0.1:${port}`
  return { authority: origin, graph: `${origin}/v1.0` }
}

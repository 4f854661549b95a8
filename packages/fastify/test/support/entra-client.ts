/** A client of Entra by itself, with a network that the test answers. */
import Fastify from 'fastify'
import { type ClientConfig, createEntraClient } from '../../src/entra/client.ts'
import { Credentials } from '../../src/entra/credentials/index.ts'
import { createManagedIdentity } from '../../src/entra/credentials/sources.ts'
import type { EntraNetwork } from '../../src/entra/network.ts'

const host = 'https://login.microsoftonline.com'
const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
/** What Entra's document says of itself. */
export const metadata = {
  issuer: `${host}/${tenant}/v2.0`,
  authorization_endpoint: `${host}/${tenant}/oauth2/v2.0/authorize`,
  token_endpoint: `${host}/${tenant}/oauth2/v2.0/token`,
  jwks_uri: `${host}/${tenant}/discovery/v2.0/keys`,
}
export const config: ClientConfig = {
  tenant,
  allowedTenants: undefined,
  clientId: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  credentials: [{ kind: 'secret', value: 'a-secret', endsAt: undefined }],
  authority: host,
  downstreamApis: {},
  issuer: undefined,
  redirectUri: 'http://localhost:5173/auth/redirect',
  proxy: { url: undefined, noProxy: '' },
  usesLocalTenant: false,
}

/** @param current the document, asked for each time */
export function entraClient(network: EntraNetwork, current = () => metadata) {
  const identity = createManagedIdentity(network, 'api://AzureADTokenExchange')
  const { log } = Fastify({ logger: false })
  const credentials = new Credentials(config.credentials, identity, log, Date.now)
  const discovery = { metadata: () => Promise.resolve(current()), known: current }
  return createEntraClient(config, discovery, network, credentials)
}

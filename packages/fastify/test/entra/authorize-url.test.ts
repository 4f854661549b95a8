import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { type ClientConfig, createEntraClient } from '../../src/entra/client.ts'
import { Credentials } from '../../src/entra/credentials/index.ts'
import { createManagedIdentity } from '../../src/entra/credentials/sources.ts'
import type { EntraNetwork } from '../../src/entra/network.ts'

const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const base = `https://login.microsoftonline.com/${tenant}`
const documentOf = (version: string) => ({
  issuer: `${base}/v2.0`,
  authorization_endpoint: `${base}/oauth2/${version}/authorize`,
  token_endpoint: `${base}/oauth2/${version}/token`,
  jwks_uri: `${base}/discovery/${version}/keys`,
})
const config: ClientConfig = {
  tenant,
  allowedTenants: undefined,
  clientId: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  credentials: [{ kind: 'secret', value: 'a-secret', endsAt: undefined }],
  authority: 'https://login.microsoftonline.com',
  downstreamApis: {},
  issuer: undefined,
  redirectUri: 'http://localhost:5173/auth/redirect',
  proxy: { url: undefined, noProxy: '' },
  usesLocalTenant: false,
}

const unreachable = () => Promise.reject(new Error('nothing is asked of Entra for an address'))
const network: EntraNetwork = {
  get: unreachable,
  post: unreachable,
  close: () => Promise.resolve(),
}

function clientFollowing(metadata: () => ReturnType<typeof documentOf>) {
  const identity = createManagedIdentity(network, 'api://AzureADTokenExchange')
  const { log } = Fastify({ logger: false })
  const credentials = new Credentials(config.credentials, identity, log, Date.now)
  const discovery = { metadata: () => Promise.resolve(metadata()), known: metadata }
  return createEntraClient(config, discovery, network, credentials)
}

const plain = (name: string) => ({
  state: `state-${name}`,
  nonce: `nonce-${name}`,
  codeChallenge: `challenge-${name}`,
  scopes: ['User.Read'],
})

it('the address of a sign-in is that of the newest document', async () => {
  let document = documentOf('v2.0')
  const client = clientFollowing(() => document)
  expect(await client.authorizeUrl(plain('a'))).toContain(`${base}/oauth2/v2.0/authorize?`)
  expect(await client.authorizeUrl(plain('b'))).toContain(`${base}/oauth2/v2.0/authorize?`)
  document = documentOf('v3.0')
  expect(await client.authorizeUrl(plain('c'))).toContain(`${base}/oauth2/v3.0/authorize?`)
})

it('addresses that are built at the same time have nothing of each other', async () => {
  const document = documentOf('v2.0')
  const client = clientFollowing(() => document)
  const extended = {
    prompt: 'none',
    loginHint: 'one@directory.example',
    domainHint: 'directory.example',
    claims: '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}',
    scopes: ['User.Read', 'Mail.Read'],
  } as const
  const requests = Array.from({ length: 20 }, (_, turn) => ({
    ...plain(String(turn)),
    ...(turn % 2 === 0 && extended),
  }))
  const urls = await Promise.all(requests.map((request) => client.authorizeUrl(request)))
  for (const [turn, url] of urls.entries()) {
    const query = new URL(url).searchParams
    const isExtended = turn % 2 === 0
    expect(query.get('state')).toBe(`state-${turn}`)
    expect(query.get('nonce')).toBe(`nonce-${turn}`)
    expect(query.get('code_challenge')).toBe(`challenge-${turn}`)
    expect(query.get('login_hint')).toBe(isExtended ? extended.loginHint : null)
    expect(query.get('prompt')).toBe(isExtended ? extended.prompt : null)
    expect(query.get('domain_hint')).toBe(isExtended ? extended.domainHint : null)
    expect(query.get('claims')?.includes('acrs') ?? false).toBe(isExtended)
    expect(query.get('scope')?.includes('Mail.Read')).toBe(isExtended)
  }
})

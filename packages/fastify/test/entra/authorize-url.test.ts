import { expect, it } from 'vitest'
import type { EntraNetwork } from '../../src/entra/network.ts'
import { entraClient, metadata } from '../support/entra-client.ts'

const unreachable = () => Promise.reject(new Error('nothing is asked of Entra for an address'))
const network: EntraNetwork = {
  get: unreachable,
  post: unreachable,
  close: () => Promise.resolve(),
}

const plain = (name: string) => ({
  state: `state-${name}`,
  nonce: `nonce-${name}`,
  codeChallenge: `challenge-${name}`,
  scopes: ['User.Read'],
})

it('the address of a sign-in is that of the newest document', async () => {
  const newer = metadata.authorization_endpoint.replace('v2.0', 'v3.0')
  let document = metadata
  const client = entraClient(network, () => document)
  expect(await client.authorizeUrl(plain('a'))).toContain(`${metadata.authorization_endpoint}?`)
  expect(await client.authorizeUrl(plain('b'))).toContain(`${metadata.authorization_endpoint}?`)
  document = { ...metadata, authorization_endpoint: newer }
  expect(await client.authorizeUrl(plain('c'))).toContain(`${newer}?`)
})

it('addresses that are built at the same time have nothing of each other', async () => {
  const client = entraClient(network)
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

it.each([
  'code_challenge_method=plain',
  'state=another',
  'code_challenge=another',
  'nonce=another',
])(
  'a sign-in does not start at an address that names a protection twice: %s',
  async (parameter) => {
    const twice = `${metadata.authorization_endpoint}?${parameter}`
    const client = entraClient(network, () => ({ ...metadata, authorization_endpoint: twice }))
    await expect(client.authorizeUrl(plain('a'))).rejects.toMatchObject({ code: 'entra_untrusted' })
  },
)

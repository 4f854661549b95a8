import { describe, expect, it } from 'vitest'
import { discover } from '../src/device-code.ts'
import { SetupError } from '../src/errors.ts'
import type { Network } from '../src/network.ts'
import { useSetup } from './support/use-setup.ts'

const authority = 'https://login.microsoftonline.com'
const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const base = `${authority}/${tenant}`
const good = {
  issuer: `${base}/v2.0`,
  token_endpoint: `${base}/oauth2/v2.0/token`,
  authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
  jwks_uri: `${base}/discovery/v2.0/keys`,
  device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
}
const addresses = Object.keys(good).filter((name) => name !== 'issuer')

function read(change: Record<string, unknown>, of = authority) {
  const network: Network = {
    send: () => Promise.resolve({ status: 200, headers: {}, body: { ...good, ...change } }),
    close: () => Promise.resolve(),
  }
  return discover(network, of, tenant)
}

const foreign: [string, unknown][] = [
  ['a script', 'javascript:alert(1)'],
  ['a page of its own', 'data:text/html,hello'],
  ['a blob of the right host', `blob:${authority}/x`],
  ['another host by http', 'http://evil.test/x'],
  ['another host', 'https://evil.test/x'],
  ['a host that begins with the right one', `${authority}.evil.test/x`],
  ['the right host as a user name', `${authority}@evil.test/x`],
  ['the right host without TLS', 'http://login.microsoftonline.com/x'],
  ['the right host on another port', `${authority}:8443/x`],
  ['a user name in it', 'https://user:word@login.microsoftonline.com/x'],
  ['a fragment', `${base}/x#`],
  ['no scheme', '//login.microsoftonline.com/x'],
  ['a path alone', '/oauth2/v2.0/token'],
  ['no text', ''],
  ['a number', 5],
  ['a list', [`${base}/x`]],
  ['null', null],
]
const refused = addresses.flatMap((name) =>
  foreign.map(([what, value]) => [name, what, value] as const),
)

describe('the document of the sign-in service', () => {
  it.each(refused)('is refused if its %s is %s', async (name, _what, value) => {
    const error: unknown = await read({ [name]: value }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SetupError)
    expect(error).toMatchObject({ code: 'offline' })
    expect(String(error)).toContain(`names an address that is not its own (${name})`)
    expect(String(error)).not.toContain('evil')
  })

  it.each(addresses.slice(0, 3))('is refused without its %s', async (name) => {
    await expect(read({ [name]: undefined })).rejects.toThrow(name)
  })

  it('passes on only the members that are used', async () => {
    const more = { userinfo_endpoint: 'https://evil.test', claims_supported: ['sub'] }
    expect(await read(more)).toEqual({ document: good, tenantId: tenant })
    const { device_authorization_endpoint: _left, ...rest } = good
    const { document } = await read({ device_authorization_endpoint: undefined })
    expect(document).toEqual(rest)
  })

  it('may have addresses of this machine if the authority is on it', async () => {
    const local = 'http://127.0.0.1:5175'
    const body = JSON.parse(JSON.stringify(good).replaceAll(authority, local)) as typeof good
    expect((await read(body, local)).document).toEqual(body)
    const other = { ...body, token_endpoint: 'http://127.0.0.1:9/token' }
    await expect(read(other, local)).rejects.toThrow('token_endpoint')
  })
})

describe('register', () => {
  const setup = useSetup()

  it('sends no sign-in to a foreign address', async () => {
    const { tenant: local } = setup
    const path = `/organizations/v2.0/.well-known/openid-configuration`
    const document = (await (await fetch(`${local.authority}${path}`)).json()) as object
    const body = { ...document, token_endpoint: 'https://evil.test/token' }
    local.faults.set({ at: 'discovery', kind: 'respond', status: 200, body })
    local.journal.clear()
    const { code, err } = await setup.register()
    expect(code).toBe(1)
    expect(err).toMatch(/names an address that is not its own \(token_endpoint\)\..*\n.*proxy/)
    expect(local.journal.entries().map(({ endpoint }) => endpoint)).toEqual(['discovery'])
    expect(setup.folder.has('.env')).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { readMetadata } from '../../src/entra/discovery.ts'
import type { Answer } from '@gatehouse/tenant/testing'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const authority = 'https://login.microsoftonline.com'
const base = `${authority}/3f2504e0-4f89-41d3-9a0c-0305e82c3301`
const good = {
  issuer: `${base}/v2.0`,
  authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
  token_endpoint: `${base}/oauth2/v2.0/token`,
  jwks_uri: `${base}/discovery/v2.0/keys`,
  end_session_endpoint: `${base}/oauth2/v2.0/logout`,
}
const required = ['authorization_endpoint', 'token_endpoint', 'jwks_uri']
const members = [...required, 'end_session_endpoint']

function read(change: Record<string, unknown>, of: { authority: string } = { authority }) {
  return readMetadata({ status: 200, body: { ...good, ...change } }, { issuer: undefined, ...of })
}

const foreign: [string, unknown][] = [
  ['a script', 'javascript:alert(document.domain)'],
  ['a script in other letters', ' jAvAsCrIpT:alert(1)'],
  ['a page of its own', 'data:text/html,<h1>hello</h1>'],
  ['a blob of the right host', `blob:${authority}/9b1deb4d`],
  ['a file', 'file:///etc/passwd'],
  ['another host by http', 'http://evil.test/x'],
  ['another host', 'https://evil.test/x'],
  ['a host that begins with the right one', `${authority}.evil.test/x`],
  ['a host that ends with the right one', 'https://evil-login.microsoftonline.com/x'],
  ['the right host as a user name', `${authority}@evil.test/x`],
  ['the right host without TLS', 'http://login.microsoftonline.com/x'],
  ['another name of it without TLS', 'http://login.windows.net/x'],
  ['the right host on another port', `${authority}:8443/x`],
  ['another name of it on another port', 'https://login.windows.net:8443/x'],
  ['this machine', 'http://127.0.0.1:5175/x'],
  ['another cloud', 'https://login.microsoftonline.us/x'],
  ['another name of another cloud', 'https://login.chinacloudapi.cn/x'],
  ['a member of every object as its host', 'https://constructor/x'],
  ['a user name and a password in it', 'https://user:word@login.microsoftonline.com/x'],
  ['a user name in it', 'https://user@login.microsoftonline.com/x'],
  ['a fragment', `${base}/x#`],
  ['no scheme', '//login.microsoftonline.com/x'],
  ['a path alone', '/oauth2/v2.0/logout'],
  ['no text', ''],
  ['a number', 5],
  ['a list', [`${base}/x`]],
  ['an object', { href: `${base}/x` }],
  ['null', null],
]
const refused = members.flatMap((member) =>
  foreign.map(([what, value]) => [member, what, value] as const),
)

describe('the discovery document of an authority', () => {
  it.each(refused)('is refused if its %s is %s', (member, _what, value) => {
    expect(() => read({ [member]: value })).toThrow(
      expect.objectContaining({ code: 'entra_unavailable', check: member }),
    )
  })

  it.each(required)('is refused without its %s', (member) => {
    expect(() => read({ [member]: undefined })).toThrow(expect.objectContaining({ check: member }))
  })

  it('may have no end_session_endpoint', () => {
    expect(read({ end_session_endpoint: undefined })).not.toHaveProperty('end_session_endpoint')
  })

  it.each(members)('may name its %s by another name of the same cloud', (member) => {
    for (const host of ['login.windows.net', 'login.microsoft.com', 'sts.windows.net']) {
      expect(read({ [member]: `https://${host}/x` })).toMatchObject({
        [member]: `https://${host}/x`,
      })
    }
  })

  it.each(members)('may have a query in its %s, which is passed on in normal form', (member) => {
    const address = `HTTPS://LOGIN.microsoftonline.com:443\\x/../y?p=b2c_1\t`
    expect(read({ [member]: address })).toMatchObject({ [member]: `${authority}/y?p=b2c_1` })
  })

  it('may have addresses of this machine if the authority has the same origin', () => {
    const local = { authority: 'http://127.0.0.1:5175' }
    const body = JSON.parse(JSON.stringify(good).replaceAll(authority, local.authority)) as object
    expect(read({ ...body }, local)).toEqual(body)
    for (const other of ['http://localhost:5175/x', 'http://127.0.0.1:9/x', `${base}/x`]) {
      expect(() => read({ ...body, token_endpoint: other }, local)).toThrow(
        expect.objectContaining({ check: 'token_endpoint' }),
      )
    }
  })

  it('is refused as a whole from an authority without TLS on another machine', () => {
    const plain = { authority: 'http://login.example.test' }
    const body = JSON.parse(JSON.stringify(good).replaceAll(authority, plain.authority)) as object
    expect(() => read({ ...body }, plain)).toThrow(/no address of the authority/)
  })

  it('passes on only the members that are used', () => {
    const metadata = read({
      authorization_response_iss_parameter_supported: true,
      userinfo_endpoint: 'https://evil.test',
      device_authorization_endpoint: 'javascript:alert(1)',
      tenant_region_scope: 'EU',
    })
    expect(metadata).toEqual({ ...good, authorization_response_iss_parameter_supported: true })
  })

  it.each([
    ['issuer', undefined],
    ['issuer', ''],
    ['issuer', 5],
    ['authorization_response_iss_parameter_supported', 'true'],
  ])('is refused if its %s has the wrong type or is empty: %j', (member, value) => {
    expect(() => read({ [member]: value })).toThrow(
      expect.objectContaining({ code: 'entra_unavailable', check: member }),
    )
  })

  it.each([[null], [[]], ['x'], [undefined], [{}]])('is refused if it is %j', (body) => {
    expect(() => readMetadata({ status: 200, body }, { authority, issuer: undefined })).toThrow(
      expect.objectContaining({ code: 'entra_unavailable' }),
    )
  })
})

describe('an app whose authority names foreign addresses', () => {
  const gatehouse = useTestApp()

  const evil = [
    'javascript:alert(evil)',
    'https://evil.test/x',
    '//evil.test/x',
    'http://u:evil@h/',
  ]
  const cases = members.flatMap((member) => evil.map((address) => [member, address] as const))

  /** Sets members of the document. The app keeps what it has read before. */
  async function documentWith({ tenant }: Gatehouse, change: object): Promise<void> {
    const path = `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`
    const document = (await (await fetch(`${tenant.authority}${path}`)).json()) as object
    const body = { ...document, ...change }
    tenant.faults.set({ at: 'discovery', kind: 'respond', status: 200, body })
  }

  function expectNothingForeign({ text, headers }: Answer): void {
    expect(text + JSON.stringify(headers)).not.toMatch(/evil[.)@]|javascript:/i)
  }

  it.each(cases)('starts no sign-in while its %s is %s', async (member, address) => {
    await documentWith(gatehouse(), { [member]: address })
    await gatehouse().restart()
    const answer = await gatehouse().browser().get('/auth/sign-in')
    expect([answer.status, answer.location]).toEqual([503, ''])
    expect(answer.setCookies).toEqual([])
    expectNothingForeign(answer)
    const line = gatehouse().logs.at(-1)
    expect(line).toContain(`"check":"${member}"`)
    expect(line).not.toMatch(/evil[.)@]/)
    expect((await gatehouse().browser().get('/readyz')).status).toBe(503)
  })

  it.each(cases)(
    'redirects a sign-out to its own page while its %s is %s',
    async (member, address) => {
      await gatehouse().restart()
      const browser = gatehouse().browser()
      await browser.signIn()
      const cookie = await browser.cookieHeader()
      await documentWith(gatehouse(), { [member]: address })
      await gatehouse().restart()
      const again = gatehouse().browser()
      const sent = { method: 'POST', headers: { 'x-csrf': '1' }, cookie } as const
      const answer = await again.send('/auth/sign-out', sent)
      expect([answer.status, answer.json()]).toEqual([200, { location: '/signed-out?local=1' }])
      expectNothingForeign(answer)
      expect((await again.send('/api/me', { cookie })).status).toBe(401)
    },
  )

  it.each(members)('keeps the last valid document if a later %s is invalid', async (member) => {
    await gatehouse().restart()
    const browser = gatehouse().browser()
    await browser.signIn()
    await documentWith(gatehouse(), { [member]: 'https://evil.test/x' })
    gatehouse().advance(25 * 60 * 60_000)
    const { origin } = gatehouse().tenant
    const signIn = await gatehouse().browser().get('/auth/sign-in')
    expect([signIn.status, new URL(signIn.location).origin]).toEqual([303, origin])
    const { location } = (await browser.post('/auth/sign-out')).json() as { location: string }
    expect(new URL(location).origin).toBe(origin)
  })
})

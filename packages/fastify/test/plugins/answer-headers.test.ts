import { describe, expect, it } from 'vitest'
import { documentHeaders } from '../../src/web/document-headers.ts'
import { rawExchange } from '../support/raw-exchange.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ config: { rateLimits: { perAddress: 40, perSession: 1000 } } })

/** The head of the answer as it is sent, with status line and last empty line. */
async function headOf(request: string, headers: Record<string, string> = {}): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const bytes = `${request} HTTP/1.1\r\nHost: localhost:5173\r\n${lines.join('')}\r\n`
  const answer = await rawExchange(
    gatehouse().origin,
    `${bytes.slice(0, -2)}Connection: close\r\n\r\n`,
  )
  return answer.slice(0, answer.indexOf('\r\n\r\n') + 4)
}

async function signedInCookie(): Promise<string> {
  const browser = gatehouse().browser()
  await browser.signIn()
  return browser.cookieHeader()
}

describe('the headers of an answer', () => {
  it.each(['/api/me', '/api/session', '/api/claims', '/api/users', '/api/users?top=100'])(
    'take 400 bytes at most, and set no cookie: %s',
    async (path) => {
      const head = await headOf(`GET ${path}`, { cookie: await signedInCookie() })
      expect(head).toMatch(/^HTTP\/1\.1 200 /)
      expect(head.length).toBeLessThanOrEqual(400)
      expect(head).not.toMatch(/^set-cookie:/im)
    },
  )

  it.each<[string, number, string, Record<string, string>]>([
    ['an answer of the API', 200, 'GET /api/session', {}],
    ['a refusal', 401, 'GET /api/me', {}],
    ['a refusal of another site', 403, 'GET /api/me', { 'sec-fetch-site': 'cross-site' }],
    ['an address that is not there', 404, 'GET /nowhere', {}],
    ['a method that is not taken', 405, 'PUT /api/me', { 'x-csrf': '1' }],
    ['an address that cannot be decoded', 400, 'GET /api/%zz', {}],
    ['a sign-in', 303, 'GET /auth/sign-in', {}],
    ['a callback', 303, 'GET /auth/redirect', {}],
    ['a sign-out by Microsoft', 200, 'GET /auth/front-channel-logout?sid=one-that-nobody-has', {}],
    ['a health check', 200, 'GET /healthz', {}],
    ['what is no method', 400, 'BREW /api/me', {}],
    ['a header that is too large', 431, 'GET /api/me', { 'x-large': 'x'.repeat(17 * 1024) }],
    ['two Hosts', 400, 'GET /api/me', { host: 'evil.test' }],
  ])('deny device features: %s', async (_what, status, request, headers) => {
    const head = await headOf(request, headers)
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head.match(/^permissions-policy: .*$/gim)).toEqual(['permissions-policy: camera=()'])
  })

  it('deny device features of an answer 429, too', async () => {
    const heads: string[] = []
    while (heads.length < 50 && !heads.at(-1)?.startsWith('HTTP/1.1 429 ')) {
      heads.push(await headOf('GET /auth/redirect'))
    }
    expect(heads.at(-1)).toMatch(/^HTTP\/1\.1 429 [^]*^permissions-policy: camera=\(\)\r$/m)
  })

  it('of a page deny more than one feature', () => {
    const policy = documentHeaders([])['permissions-policy']
    for (const feature of ['camera', 'geolocation', 'microphone', 'payment', 'usb']) {
      expect(policy).toContain(`${feature}=()`)
    }
  })
})

import { api, continueUrl } from '@gatehouse/contract/paths'
import { MutationObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ApiProblem, createQueryClient, signOutMutation } from '@gatehouse/react'

afterEach(() => vi.unstubAllGlobals())

/** Signs out with a server that answers this. @returns where the browser is sent */
async function leaveWith(location: unknown): Promise<string> {
  const assign = vi.fn<(url: string) => void>()
  vi.stubGlobal('window', { location: { assign } })
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ location })))
  const client = createQueryClient()
  await new MutationObserver(client, signOutMutation(client)).mutate()
  expect(assign).toHaveBeenCalledOnce()
  return String(assign.mock.calls[0]?.[0])
}

/** Signs out with a server that answers 503 with this code. @returns where the browser is sent, if anywhere */
async function leaveWhile(code: string, signedIn: boolean): Promise<string | undefined> {
  const assign = vi.fn<(url: string) => void>()
  vi.stubGlobal('window', { location: { assign } })
  vi.stubGlobal('fetch', (path: string) =>
    Promise.resolve(
      path === api.session
        ? Response.json({ signedIn, now: '2026-11-26T10:00:00.000Z' })
        : new Response(JSON.stringify({ code, status: 503 }), {
            status: 503,
            headers: { 'content-type': 'application/problem+json' },
          }),
    ),
  )
  const client = createQueryClient()
  await new MutationObserver(client, signOutMutation(client)).mutate().catch(() => undefined)
  return assign.mock.calls[0]?.[0]
}

/** No paths of this site, whatever a browser makes of them. */
const elsewhere = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'javascript://https://login.example/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://app.example/1',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://localhost/',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/\r\\evil',
  'http://evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost@evil.example',
  'http://localhost:80@evil.example',
  'http://[::2]/',
  'http:evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https://',
  'https://a b/',
  'ht\ntps://evil.example',
  ' https://evil.example',
  'evil.example',
  'signed-out',
  '?x',
  '#x',
  '',
]
const noText = [undefined, null, 7, true, {}, ['https://login.example/'], { href: '/users' }]

describe('a sign-out', () => {
  test('that the server could not store leads on once this browser is signed out, and says so', async () => {
    expect(await leaveWhile('unavailable', false)).toBe('/signed-out?local=1&server=later')
  })

  test('that failed on the way changes nothing, and leads nowhere', async () => {
    expect(await leaveWhile('unavailable', true)).toBeUndefined()
    expect(await leaveWhile('internal', false)).toBeUndefined()
  })

  test.each([
    'https://login.microsoftonline.com/t/oauth2/v2.0/logout?post_logout_redirect_uri=x#y',
    'HTTPS://login.microsoftonline.us/t/oauth2/v2.0/logout',
    'http://127.0.0.1:5175/t/oauth2/v2.0/logout?logout_hint=%C3%A4',
    'http://localhost:5175/t/oauth2/v2.0/logout',
    'http://[::1]:5175/t/oauth2/v2.0/logout',
    '/signed-out?local=1',
    '/signed-out',
  ])('goes on at %s', async (location) => {
    expect(await leaveWith(location)).toBe(location)
  })

  test.each([...elsewhere, ...noText])(
    'that is sent on to %j ends on our own page, which says that Microsoft’s session may remain',
    async (location) => {
      expect(await leaveWith(location)).toBe('/signed-out?local=1')
    },
  )
})

describe('what Microsoft asks for', () => {
  const signInUrlOf = (signInUrl: unknown) =>
    new ApiProblem('interaction_required', 401, { problem: { signInUrl: signInUrl as string } })
      .signInUrl

  test('is asked at a path of our own', () => {
    const path = '/auth/sign-in?returnTo=%2Fusers&challenge=abc'
    expect(signInUrlOf(path)).toBe(path)
  })

  test.each([...elsewhere, ...noText, 'https://login.example/', 'http://localhost/'])(
    'is not asked at %j',
    (address) => {
      expect(signInUrlOf(address)).toBeUndefined()
    },
  )

  test('stays on this site when the way back is added', () => {
    const origin = 'https://app.example'
    for (const path of [
      '/a?b',
      '/a\\b',
      '/./\\evil.example',
      '/..//evil.example',
      '/:80/',
      '/?',
      '/#',
    ]) {
      const address = signInUrlOf(path) ?? '/'
      expect(new URL(continueUrl(address, '/users'), origin).origin).toBe(origin)
    }
  })
})

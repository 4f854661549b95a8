import { MutationObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { api, continueUrl, signInUrl } from '@gatehouse/contract/paths'
import { returnTo, signOutMutation } from '../src/actions.ts'
import { ApiProblem } from '../src/api/call.ts'
import { createQueryClient } from '../src/api/query.ts'

afterEach(() => vi.unstubAllGlobals())

/** Signs out. @param location the server’s answer. @returns where the browser is sent */
async function signOutTo(location: unknown): Promise<string> {
  const assign = vi.fn<(url: string) => void>()
  vi.stubGlobal('window', { location: { assign } })
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ location })))
  const client = createQueryClient()
  await new MutationObserver(client, signOutMutation(client)).mutate()
  expect(assign).toHaveBeenCalledOnce()
  return String(assign.mock.calls[0]?.[0])
}

/** Signs out at a server that answers 503 with `code`. @returns where the browser is sent, if anywhere */
async function signOutFailing(code: string, signedIn: boolean): Promise<string | undefined> {
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

/** Addresses that no browser reads as a path of this site. */
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
const notText = [undefined, null, 7, true, {}, ['https://login.example/'], { href: '/users' }]

describe('a sign-out', () => {
  test('that the server could not store ends on a page of this app that says so, if the browser is signed out', async () => {
    expect(await signOutFailing('unavailable', false)).toBe('/signed-out?local=1&server=later')
  })

  test('that did not reach the server changes nothing and redirects nowhere', async () => {
    expect(await signOutFailing('unavailable', true)).toBeUndefined()
    expect(await signOutFailing('internal', false)).toBeUndefined()
  })

  test.each([
    'https://login.microsoftonline.com/t/oauth2/v2.0/logout?post_logout_redirect_uri=x#y',
    'HTTPS://login.microsoftonline.us/t/oauth2/v2.0/logout',
    'http://127.0.0.1:5175/t/oauth2/v2.0/logout?logout_hint=%C3%A4',
    'http://localhost:5175/t/oauth2/v2.0/logout',
    'http://[::1]:5175/t/oauth2/v2.0/logout',
    '/signed-out?local=1',
    '/signed-out',
  ])('leads to %s', async (location) => {
    expect(await signOutTo(location)).toBe(location)
  })

  test.each([...elsewhere, ...notText])(
    'that is sent to %j ends on a page of this app that says that Microsoft’s session may remain',
    async (location) => {
      expect(await signOutTo(location)).toBe('/signed-out?local=1')
    },
  )
})

describe('the address of an interaction', () => {
  const signInUrlOf = (address: unknown) =>
    new ApiProblem('interaction_required', 401, { problem: { signInUrl: address as string } })
      .signInUrl

  test('is a path of this site', () => {
    const path = '/auth/sign-in?returnTo=%2Fusers&challenge=abc'
    expect(signInUrlOf(path)).toBe(path)
  })

  test.each([...elsewhere, ...notText, 'https://login.example/', 'http://localhost/'])(
    'is never %j',
    (address) => {
      expect(signInUrlOf(address)).toBeUndefined()
    },
  )

  test('stays on this site when the return address is added', () => {
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

describe('the return address of a sign-in', () => {
  test('is the page with its search and its hash', () => {
    const at = { pathname: '/users', search: '?q=ada&page=2', hash: '#top' }
    expect(returnTo(at)).toBe('/users?q=ada&page=2#top')
    expect(signInUrl(returnTo(at))).toBe(
      '/auth/sign-in?returnTo=%2Fusers%3Fq%3Dada%26page%3D2%23top',
    )
  })

  test('is the home page for a page that is shown only once', () => {
    for (const pathname of ['/signed-out', '/sign-in-problem']) {
      expect(returnTo({ pathname, search: '?code=denied', hash: '' })).toBe('/')
    }
  })

  test('is where the failed sign-in was going, on the page that explains it', () => {
    const at = (target: string) => ({
      pathname: '/sign-in-problem',
      search: `?${new URLSearchParams({ code: 'expired', returnTo: target }).toString()}`,
      hash: '',
    })
    expect(returnTo(at('/users?q=ada#top'))).toBe('/users?q=ada#top')
    for (const target of [
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '/.//evil.example',
      '/..//evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      ' /users',
      '',
      '/auth/sign-in',
      '/AUTH/redirect',
      '/x/../api/users',
      '/signed-out',
      '/sign-in-problem?code=denied',
      `/${'a'.repeat(1100)}`,
    ]) {
      expect([target, returnTo(at(target))]).toEqual([target, '/'])
    }
  })
})

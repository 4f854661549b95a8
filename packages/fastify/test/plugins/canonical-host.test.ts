import { describe, expect, it } from 'vitest'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { Browser } from '@gatehouse/tenant/testing'
import { decideHost } from '../../src/plugins/canonical-host.ts'
import { httpsGatehouse } from '../support/https-gatehouse.ts'

const html = 'text/html,application/xhtml+xml'
const navigation = { accept: html, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const marker = 'host-redirect=done'

// A page at every path, so that none is refused as missing.
const extend: Parameters<typeof useTestApp>[0] = {
  extend: (app) => {
    app.get('/*', { config: { allowFrom: 'anyone' } }, async () => 'a page')
    app.get('/api/own', { config: { allowFrom: 'anyone' } }, async () => 'of the API')
  },
}

/** Follows redirects as a browser does whose every request reaches the app with the same Host. */
async function follow(browser: Browser, path: string, headers: Record<string, string>) {
  const places: string[] = []
  for (let url = path; places.length < 10;) {
    const answer = await browser.get(url, { ...navigation, ...headers })
    if (answer.status !== 307) return { places, answer }
    places.push(answer.location)
    const { pathname, search } = new URL(answer.location)
    url = pathname + search
  }
  throw new Error(`An endless redirect: ${places.join(' ')}`)
}

describe('a user who opened another name of this machine', () => {
  const gatehouse = useTestApp(extend)

  it.each(['127.0.0.1:5173', '[::1]:5173', '127.0.0.2:5173', 'app.localhost:5173'])(
    'is sent to the configured origin before any cookie is set, from %s',
    async (host) => {
      for (const path of ['/auth/sign-in?returnTo=/users', '/users?q=a']) {
        const answer = await gatehouse()
          .browser()
          .get(path, { ...navigation, host })
        expect([answer.status, answer.location]).toEqual([307, `${publicUrl}${path}&${marker}`])
        expect(answer.setCookies).toEqual([])
      }
    },
  )

  it.each(['127.0.0.1:5174', '127.0.0.1', '[::1]:5174', 'box.lan:5173', 'evil.test'])(
    'is served if the Host is “%s”, which a proxy or another machine has written',
    async (host) => {
      const headers = { ...navigation, host }
      expect((await gatehouse().browser().get('/auth/sign-in', headers)).status).toBe(303)
      expect((await gatehouse().browser().get('/', headers)).status).toBe(200)
    },
  )
})

describe('a user who opened a second host name of a deployment', () => {
  const gatehouse = useTestApp({ ...httpsGatehouse, ...extend })
  const own = 'https://app.example.test'
  const there = { ...navigation, host: 'www.example.test' }

  it.each([
    ['/', `/?${marker}`],
    ['/users?q=a&sort=-name', `/users?q=a&sort=-name&${marker}`],
    ['/no-such-page', `/no-such-page?${marker}`],
    ['/auth/sign-in?returnTo=/users', `/auth/sign-in?returnTo=/users&${marker}`],
  ])('is sent to the same page at the public address: %s', async (path, target) => {
    const answer = await gatehouse().browser().get(path, there)
    expect([answer.status, answer.location]).toEqual([307, own + target])
    expect(answer.setCookies).toEqual([])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('signs in there, and the sign-in ends as any other', async () => {
    const browser = gatehouse().browser()
    const { location } = await browser.get('/auth/sign-in?returnTo=/users', there)
    const begun = await browser.get(location.slice(own.length), navigation)
    const finished = await browser.get(await browser.callbackFrom(begun.location), navigation)
    expect([finished.status, finished.location]).toEqual([303, '/users'])
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it.each([
    '//evil.test/x',
    '/\\evil.test',
    '//',
    '/%2f%2fevil.test',
    '/?x=//evil.test',
    '/@evil.test',
    '/?#@evil.test',
    '/.evil.test',
  ])('is never sent to another site: %s', async (path) => {
    for (const host of ['www.example.test', 'evil.test', 'app.example.test.evil.test']) {
      const forged = { ...navigation, host, 'x-forwarded-host': 'evil.test' }
      const answer = await gatehouse().browser().get(path, forged)
      expect([answer.status, new URL(answer.location).origin]).toEqual([307, own])
    }
  })

  it.each([
    ['the host in capitals', { host: 'APP.Example.Test' }],
    ['the port of https', { host: 'app.example.test:443' }],
    ['a forged X-Forwarded-Host', { 'x-forwarded-host': 'www.example.test' }],
  ])('is served at the public address, with %s', async (_what, headers) => {
    const answer = await gatehouse()
      .browser()
      .get('/', { ...navigation, ...headers })
    expect(answer.status).toBe(200)
  })

  it.each([
    ['a health check', '/healthz', navigation],
    ['a readiness check', '/readyz', navigation],
    ['the API', '/api/own', navigation],
    ['a call of the API', '/api/session', { accept: html, 'sec-fetch-mode': 'cors' }],
    ['a callback of Entra', '/auth/redirect?error=access_denied', navigation],
    ['the answer of an administrator', '/auth/admin-consent?admin_consent=True', navigation],
    ['a frame of Entra', '/auth/front-channel-logout?sid=x', navigation],
    ['a file of the page', '/assets/x.js', { accept: '*/*', 'sec-fetch-mode': 'no-cors' }],
    ['a frame', '/', { ...navigation, 'sec-fetch-dest': 'iframe' }],
    ['a program', '/', { accept: '*/*' }],
  ])('is not sent anywhere by %s', async (_what, path, headers) => {
    const answer = await gatehouse()
      .browser()
      .get(path, { host: there.host, ...headers })
    expect(answer.status).not.toBe(307)
  })

  it('is not sent anywhere by a form', async () => {
    const options = { method: 'POST', headers: there } as const
    const answer = await gatehouse().browser().send('/', options)
    expect(answer.status).not.toBe(307)
  })

  // What nginx, Apache, Docker and Kubernetes write by default.
  it.each(['gatehouse', 'app:5174', '10.1.2.3:5174', 'gatehouse.default.svc.cluster.local'])(
    'is served after one redirect if a proxy writes “%s” as the Host, also without cookies',
    async (host) => {
      for (const path of ['/users?q=a', '/auth/sign-in?returnTo=/users']) {
        const { places, answer } = await follow(gatehouse().browser(), path, { host, cookie: '' })
        expect(places).toEqual([`${own}${path}&${marker}`])
        expect(answer.status).toBe(path.startsWith('/auth') ? 303 : 200)
      }
    },
  )

  it.each(['127.0.0.1:5174', 'localhost:5174', '[::1]:5174'])(
    'is served at once if a proxy beside the app writes “%s” as the Host',
    async (host) => {
      const { places } = await follow(gatehouse().browser(), '/', { host })
      expect(places).toEqual([])
    },
  )

  it('is told of in the log once, if a proxy replaces the Host', async () => {
    await gatehouse().restart()
    gatehouse().logs.length = 0
    for (let turn = 0; turn < 3; turn += 1) {
      await follow(gatehouse().browser(), '/', { host: 'gatehouse-in-docker' })
    }
    const told = gatehouse().logs.filter((line) => line.includes('"event":"host_rewritten"'))
    expect(told).toHaveLength(1)
    expect(told[0]).not.toContain('gatehouse-in-docker')
  })
})

describe('behind a proxy that is listed in TRUSTED_PROXIES', () => {
  const env = { TRUSTED_PROXIES: '127.0.0.1' }
  const gatehouse = useTestApp({ ...httpsGatehouse, ...extend, env })
  const get = (headers: Record<string, string>) =>
    gatehouse()
      .browser()
      .get('/', { ...navigation, host: 'backend.internal', ...headers })

  it('the X-Forwarded-Host says which host was opened', async () => {
    expect((await get({ 'x-forwarded-host': 'app.example.test' })).status).toBe(200)
    const other = await get({ 'x-forwarded-host': 'www.example.test' })
    expect([other.status, other.location]).toEqual([307, `https://app.example.test/?${marker}`])
  })
})

describe('a decision about a host', () => {
  const visit = { method: 'GET', headers: navigation, url: '/' }

  it.each(['', ' ', 'a b', ':', '[', '[::1', 'x'.repeat(300) + ':99999'])(
    'serves what is no host: “%s”',
    (host) => {
      const decision = decideHost('https://app.example.test', { ...visit, host })
      expect(decision).toEqual({ action: 'serve', isRewritten: false })
    },
  )

  it('tells apart the ports of one name', () => {
    const decide = (host: string) => decideHost('https://app.example.test:8443', { ...visit, host })
    expect(decide('app.example.test:8443').action).toBe('serve')
    expect(decide('app.example.test')).toEqual({
      action: 'redirect',
      location: `https://app.example.test:8443/?${marker}`,
    })
  })
})

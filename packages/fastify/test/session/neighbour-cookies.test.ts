/** Apps under the paths of one host: `__Host-` cookies are sent to all of them, and each uses its own alone. */
import { createBrowser, people, type Browser } from '@gatehouse/tenant/testing'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { propertyRuns } from '@gatehouse/test-support/properties'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCookieJar } from '../../src/session/cookie.ts'
import { rawExchange } from '../support/raw-exchange.ts'
import { appAt } from '../support/under-path.ts'

const host = 'portal.example.test'
const paths = ['', '/a', '/b', '/a/b'] as const

interface Visited {
  path: string
  app: Gatehouse
  browser: Browser
}

describe('apps at the root of a host and under its paths', () => {
  let apps: { path: string; app: Gatehouse }[]
  beforeAll(async () => {
    const config = { signIn: { automatic: true } }
    apps = await Promise.all(
      paths.map(async (path) => ({
        path,
        app: await startGatehouse(appAt(`https://${host}${path}`, { config })),
      })),
    )
  })
  afterAll(() => Promise.all(apps.map(({ app }) => app.close())))

  /** One browser that visits all of them. */
  let visited: Visited[]
  beforeEach(() => {
    const { jar } = createBrowser('', `https://${host}`)
    visited = apps.map(({ path, app }) => {
      return { path, app, browser: createBrowser(app.origin, app.publicUrl, jar) }
    })
  })

  const whoAmI = async ({ path, browser }: Visited) => {
    const answer = await browser.get(`${path}/api/me`)
    return answer.status === 200 ? (answer.json() as { objectId: string }).objectId : answer.status
  }
  /** A different user at each. @returns their ids */
  const signInEverywhere = async () => {
    for (const [at, { app, browser }] of visited.entries()) {
      await browser.signIn({ user: people(app.tenant).at(at).userPrincipalName })
    }
    return visited.map(({ app }, at) => people(app.tenant).at(at).id)
  }

  it('have a session each in one browser', async () => {
    const ids = await signInEverywhere()
    expect(await Promise.all(visited.map(whoAmI))).toEqual(ids)
    const [{ browser }] = visited as [Visited]
    const header = await browser.cookieHeader()
    expect(header.match(/__Host-session[^=]*/g)?.toSorted()).toEqual([
      '__Host-session',
      '__Host-session~a',
      '__Host-session~a~b',
      '__Host-session~b',
    ])
  })

  it.each(paths.map((path, at) => [path || '/', at] as const))(
    'keep the others’ sessions when %s signs out, or ends its dead cookie',
    async (_path, at) => {
      const ids: (string | number)[] = await signInEverywhere()
      const { path, browser } = visited[at] as Visited
      const kept = await browser.cookieHeader()
      const answer = await browser.post(`${path}/auth/sign-out`)
      expect(
        answer.setCookies.every(
          (line) =>
            !line.startsWith('__Host-session') ||
            line.startsWith(`${createCookieJar(`https://${host}${path}`).name('session')}=`),
        ),
      ).toBe(true)
      ids[at] = 401
      expect(await Promise.all(visited.map(whoAmI))).toEqual(ids)
      // The page asks once more with the old cookie, and only that one is removed.
      const dead = await browser.send(`${path}/api/session`, { cookie: kept })
      expect(dead.setCookies).toHaveLength(1)
      expect(await Promise.all(visited.map(whoAmI))).toEqual(ids)
    },
  )

  it('finish sign-ins that began at once in one browser', async () => {
    const started = await Promise.all(visited.map(({ browser }) => browser.startSignIn('/users')))
    for (const [at, { path, browser }] of visited.entries()) {
      const answer = await browser.get(await browser.callbackFrom(started[at] ?? ''))
      expect([answer.status, answer.location]).toEqual([303, `${path}/users`])
      expect(answer.setCookies.map((line) => line.split('=')[0])).toHaveLength(2)
    }
    expect((await Promise.all(visited.map(whoAmI))).every((id) => typeof id === 'string')).toBe(
      true,
    )
  })

  it('do not take another’s session cookie under their own name', async () => {
    await signInEverywhere()
    const [, a, b] = visited as [Visited, Visited, Visited]
    const value = await a.browser.cookie('__Host-session~a')
    const answer = await b.browser.send('/b/api/me', { cookie: `__Host-session~b=${value}` })
    expect(answer.status).toBe(401)
  })

  it('each remember by themselves that an automatic sign-in was tried', async () => {
    const person = {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'user-agent': 'Mozilla/5.0 Chrome/150',
    }
    for (const { path, browser } of visited) {
      const first = await browser.get(`${path}/users`, person)
      expect([path, first.status]).toEqual([path, 303])
      expect((await browser.get(`${path}/users`, person)).status).not.toBe(303)
    }
  })

  it.each(paths)('remove their own attempts alone when cookies are too large: %s', async (path) => {
    const { app } = visited.find((one) => one.path === path) as Visited
    const names = visited.map((one) => createCookieJar(one.app.publicUrl).name('sign-in-1'))
    const own = createCookieJar(app.publicUrl).name('sign-in-1')
    const attempts = names.map((name) => `${name}=x`).join('; ')
    // This app refuses the first one, and Node's parser the second one, of which it keeps the last part.
    for (const kilobytes of [17, 70]) {
      const cookies = `large=${'x'.repeat(kilobytes * 1024)}; ${attempts}`
      const answer = await rawExchange(
        app.origin,
        `GET ${path}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nCookie: ${cookies}\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 431 /)
      const cleared = [...answer.matchAll(/^set-cookie: ([^=]+)=;/gim)].map(([, name]) => name)
      expect(cleared).toEqual([own])
    }
  })
})

describe('the names of cookies', () => {
  const segment = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/)
  const path = fc
    .array(segment, { maxLength: 4 })
    .map((parts) => parts.map((one) => `/${one}`).join(''))
  const bases = ['session', 'automatic-sign-in', 'sign-in-1', 'sign-in-2', 'sign-in-3']
  const names = (publicUrl: string) => bases.map((base) => createCookieJar(publicUrl).name(base))

  it('of two paths of a host are all different', () => {
    const near = fc.constantFrom('', '/1', '/a', '/a/b', '/a-b', '/a.b', '/a_b', '/in-1')
    fc.assert(
      fc.property(fc.oneof(path, near), fc.oneof(path, near), (one, other) => {
        fc.pre(one !== other)
        const all = [...names(`https://${host}${one}`), ...names(`https://${host}${other}`)]
        expect(new Set(all).size).toBe(bases.length * 2)
      }),
      propertyRuns(300),
    )
  })

  it('are tokens, keep the prefix, and leave room for the longest value', () => {
    fc.assert(
      fc.property(path, (one) => {
        for (const name of names(`https://${host}${one}`)) {
          expect(name).toMatch(/^__Host-[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
        }
      }),
      propertyRuns(100),
    )
    const [, , attempt = ''] = names(`https://${host}/${'a'.repeat(99)}`)
    // The longest sealed value has 3,933 bytes; browsers drop a cookie of more than 4,096.
    expect(`${attempt}=`.length + 3933).toBeLessThanOrEqual(4096)
  })

  it('without a path are what they were', () => {
    expect(names('https://app.example.test')).toEqual(bases.map((base) => `__Host-${base}`))
    expect(names('http://localhost:5173')).toEqual(bases.map((base) => `${base}-5173`))
    expect(names('http://localhost:5173/people')[0]).toBe('session-5173~people')
  })
})

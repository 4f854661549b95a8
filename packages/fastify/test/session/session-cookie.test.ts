import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { httpsGatehouse } from '../support/https-gatehouse.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { startsSession } from '../support/refused-sign-in.ts'
import { people } from '@gatehouse/tenant/testing'

const gatehouse = useTestApp()
const https = useTestApp(httpsGatehouse)

function parts(line: string | undefined): string[] {
  return (line ?? '').split('; ').slice(1).toSorted()
}

describe('the cookies', () => {
  it('have every attribute but Secure on http://localhost', async () => {
    const browser = gatehouse().browser()
    const begun = await browser.get('/auth/sign-in')
    expect(begun.setCookies).toHaveLength(1)
    expect(begun.setCookies[0]).toMatch(/^sign-in-[123]-5173=[\w.-]+;/)
    expect(parts(begun.setCookies[0])).toEqual([
      'HttpOnly',
      'Max-Age=600',
      'Path=/',
      'SameSite=Lax',
    ])

    const answer = await browser.signIn()
    const line = answer.setCookies.find((cookie) => cookie.startsWith('session-5173='))
    expect(line).toMatch(/^session-5173=[\w.-]+;/)
    expect(parts(line)).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax'])
  })

  it('have the __Host- prefix and Secure on https', async () => {
    const browser = https().browser()
    const begun = await browser.get('/auth/sign-in')
    expect(begun.setCookies[0]).toMatch(/^__Host-sign-in-/)
    const answer = await browser.signIn()
    expect(answer.location).toBe('/')
    const line = answer.setCookies.find((cookie) => cookie.startsWith('__Host-session='))
    expect(parts(line)).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
    for (const cookie of [...begun.setCookies, ...answer.setCookies]) {
      expect(cookie).toMatch(/^__Host-/)
      expect(parts(cookie)).toEqual(expect.arrayContaining(['HttpOnly', 'Path=/', 'Secure']))
    }
    expect((await browser.get('/api/me')).status).toBe(200)
    expect(answer.headers['strict-transport-security']).toBe('max-age=63072000')
  })

  it('are not accepted under the name of the other scheme', async () => {
    const browser = https().browser()
    await browser.signIn()
    const value = await browser.cookie('__Host-session')
    expect((await browser.send('/api/me', { cookie: `session-5173=${value}` })).status).toBe(401)
  })

  it('stay under 300 bytes for a user with 200 groups', async () => {
    const browser = gatehouse().browser()
    const user = people(gatehouse().tenant).inManyGroups
    const answer = await browser.signIn({ user: user.userPrincipalName })
    const line = answer.setCookies.find((cookie) => cookie.startsWith('session-5173=')) ?? ''
    expect(line.length).toBeLessThan(300)
    const { claims } = (await browser.get('/api/claims')).json() as { claims: { groups: string[] } }
    expect(claims.groups).toHaveLength(200)
  })

  it('hold no name and no token, and reads set no cookie', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const [user] = gatehouse().tenant.users
    const opened = Buffer.from((await browser.cookie('session-5173')) ?? '', 'base64url').toString(
      'latin1',
    )
    expect(`${opened}${await browser.cookieHeader()}`).not.toMatch(
      new RegExp(`eyJ|${user?.id}|${user?.userPrincipalName}|${user?.givenName}`),
    )
    for (const path of ['/api/me', '/api/session', '/api/claims', '/api/users']) {
      expect((await browser.get(path)).setCookies).toEqual([])
    }
  })

  it('change at sign-in, so that a planted session opens nothing afterwards', async () => {
    const attacker = gatehouse().browser()
    await attacker.signIn()
    const planted = (await attacker.cookie('session-5173')) ?? ''
    const victim = gatehouse().browser()
    await victim.jar.setCookie(`session-5173=${planted}; Path=/`, gatehouse().publicUrl)
    await victim.signIn({ user: people(gatehouse().tenant).at(7).userPrincipalName })
    expect(await victim.cookie('session-5173')).not.toBe(planted)
    const me = (await victim.get('/api/me')).json()
    expect(me).toMatchObject({ objectId: people(gatehouse().tenant).at(7).id })
    expect((await attacker.get('/api/me')).status).toBe(401)
  })

  it('are not interchangeable: each one opens for its own purpose only', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn())
    const [name = '', attempt = ''] = (await browser.cookieHeader()).split('=')
    const asSession = await browser.send('/api/me', { cookie: `session-5173=${attempt}` })
    expectProblem(asSession, 401, 'sign_in_required')

    await browser.get(callback)
    const session = await browser.cookie('session-5173')
    const again = await browser.callbackFrom(await browser.startSignIn())
    const other = (await browser.cookieHeader()).match(/sign-in-[^=]+/)?.[0] ?? name
    const answer = await browser.send(again, { cookie: `${other}=${session}` })
    // As if there were no transaction: it begins once more, and the code is not redeemed.
    expect(new URL(answer.location).pathname).toMatch(/\/authorize$/)
    expect(startsSession(answer)).toBe(false)
  })
})

describe('a changed cookie', () => {
  it('opens nothing, with any character changed', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const value = (await browser.cookie('session-5173')) ?? ''
    for (let at = 0; at < value.length; at += 1) {
      for (const other of ['A', 'B', 'f', '_']) {
        if (other === value[at]) continue
        const cookie = `session-5173=${value.slice(0, at)}${other}${value.slice(at + 1)}`
        const { status } = await browser.send('/api/me', { cookie })
        expect([at, other, status]).toEqual([at, other, 401])
      }
    }
  })

  it('opens nothing if it is cut, doubled or spelled differently', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const value = (await browser.cookie('session-5173')) ?? ''
    const variants = [
      ...Array.from({ length: value.length }, (_, length) => value.slice(0, length)),
      `${value}A`,
      `${value}=`,
      `${value}.`,
      ` "${value}"`,
      `"${value}"`,
      value + value,
      value.replace('.', ';'),
      value.replace('.', '%3B'),
      value.replaceAll('-', '+'),
      value.split('.').toReversed().join('.'),
      encodeURIComponent(`{${value}}`),
    ].filter((variant) => variant !== value)
    for (const variant of variants) {
      const { status } = await browser.send('/api/me', { cookie: `session-5173=${variant}` })
      expect([variant, status]).toEqual([variant, 401])
    }
  })

  it.each([
    '',
    '%',
    '%E0%A4%A',
    ';',
    '=',
    '.',
    'a.b',
    '{}',
    'null',
    'A'.repeat(9000),
    '../../x',
    '\u0080ÿ',
  ])('opens nothing if it is junk: %s', async (junk) => {
    const browser = gatehouse().browser()
    const answer = await browser.send('/api/me', { cookie: `session-5173=${junk}` })
    expectProblem(answer, 401, 'sign_in_required')
    const status = await browser.send('/api/session', { cookie: `session-5173=${junk}` })
    expect(status.json()).toMatchObject({ signedIn: false })
  })

  it('counts as absent on https if its name occurs twice, in one header or in two', async () => {
    const browser = https().browser()
    await browser.signIn()
    const value = await browser.cookie('__Host-session')
    for (const cookie of [
      `__Host-session=${value}; __Host-session=${value}`,
      `__Host-session=x; __Host-session=${value}`,
      `__Host-session=${value}; a=b; __Host-session=`,
    ]) {
      expect([cookie, (await browser.send('/api/me', { cookie })).status]).toEqual([cookie, 401])
    }
    const headers = { cookie: [`__Host-session=${value}`, '__Host-session=x'] }
    expect((await https().browser().send('/api/me', { headers })).status).toBe(401)
  })
})

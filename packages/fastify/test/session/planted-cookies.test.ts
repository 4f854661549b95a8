import { beforeAll, describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { httpsGatehouse } from '../support/https-gatehouse.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'

const gatehouse = useTestApp(httpsGatehouse)
const name = '__Host-session'

/** The sealed values of two users' cookies: the owner of the browser, and the attacker. */
let own = ''
let planted = ''
beforeAll(async () => {
  own = await signedInAs(0)
  planted = await signedInAs(7)
})

async function signedInAs(index: number): Promise<string> {
  const browser = gatehouse().browser()
  await browser.signIn({ user: people(gatehouse().tenant).at(index).userPrincipalName })
  return (await browser.cookie(name)) ?? ''
}

/** The number of the user that every part of the API sees in a Cookie header; undefined for none. */
async function whoIs(cookie: string | string[]): Promise<number | undefined> {
  const browser = gatehouse().browser()
  const session = await browser.send('/api/session', { headers: { cookie } })
  const claims = await browser.send('/api/claims', { headers: { cookie } })
  const status = session.json() as { signedIn: boolean; user?: { objectId: string } }
  expect(claims.status).toBe(status.signedIn ? 200 : 401)
  if (!status.signedIn) return undefined
  const { users } = gatehouse().tenant
  const { claims: ofToken } = claims.json() as { claims: { oid: string } }
  expect(ofToken.oid).toBe(status.user?.objectId)
  return users.findIndex(({ id }) => id === status.user?.objectId)
}

describe('a cookie that is planted under a name that is nearly the session’s', () => {
  it.each([
    ['another case of the prefix', (value: string) => `__host-session=${value}`],
    ['another case of all', (value: string) => `__HOST-SESSION=${value}`],
    ['no prefix', (value: string) => `session-5173=${value}`],
    ['the other prefix', (value: string) => `__Secure-session=${value}`],
    ['the prefix twice', (value: string) => `__Host-${name}=${value}`],
    ['a space behind it', (value: string) => `${name} =${value}`],
    ['a tab behind it', (value: string) => `${name}\t=${value}`],
    ['a no-break space before it', (value: string) => `\u00a0${name}=${value}`],
    ['a next-line control before it', (value: string) => `\u0085${name}=${value}`],
    ['quotes around it', (value: string) => `"${name}"=${value}`],
    ['a quote before it', (value: string) => `"${name}=${value}"`],
    ['percent signs', (value: string) => `%5F%5FHost-session=${value}`],
    ['a letter before it', (value: string) => `x${name}=${value}`],
    ['a digit behind it', (value: string) => `${name}2=${value}`],
    ['brackets behind it', (value: string) => `${name}[]=${value}`],
    ['a colon in the place of the sign', (value: string) => `${name}:${value}`],
    ['no name before the name', (value: string) => `=${name}=${value}`],
    ['another cookie’s value around it', (value: string) => `theme=${name}=${value}`],
    ['another cookie’s value and a space', (value: string) => `theme=dark ${name}=${value}`],
    ['another cookie’s value and a comma', (value: string) => `theme=dark,${name}=${value}`],
    ['an old version of cookies', (value: string) => `$Version=1, ${name}=${value}`],
  ])('is not accepted as the session: %s', async (_what, plant) => {
    expect(await whoIs(plant(planted))).toBeUndefined()
    expect(await whoIs(`${plant(planted)}; ${name}=${own}`)).toBe(0)
    expect(await whoIs(`${name}=${own}; ${plant(planted)}`)).toBe(0)
    expect(await whoIs(`${name}=${own};${plant(planted)}; theme=dark`)).toBe(0)
    // With the value of this browser too: this is not another spelling of the session’s name.
    expect(await whoIs(plant(own))).toBeUndefined()
  })
})

describe('a cookie of the session’s own name, beside the real one', () => {
  it.each([
    ['first', () => `${name}=${planted}; ${name}=${own}`],
    ['last', () => `${name}=${own}; ${name}=${planted}`],
    ['without a space between', () => `${name}=${own};${name}=${planted}`],
    ['with many spaces', () => `   ${name}=${own}  ;   ${name}=${planted}   `],
    ['behind a tab', () => `${name}=${own};\t${name}=${planted}`],
    ['with others between', () => `${name}=${planted}; a=b; c="d; e"; ${name}=${own}`],
    ['in quotes', () => `${name}="${planted}"; ${name}=${own}`],
    ['in another’s quotes', () => `theme="x; ${name}=${planted}; y"; ${name}=${own}`],
    ['without a value', () => `${name}=; ${name}=${own}`],
    ['without a value, last', () => `${name}=${own}; ${name}=`],
    ['with junk', () => `${name}=%00%ff; ${name}=${own}`],
    ['with the same value', () => `${name}=${own}; ${name}=${own}`],
    ['three times', () => `${name}=a; ${name}=b; ${name}=${own}`],
    ['in a header of its own', () => [`${name}=${planted}`, `${name}=${own}`]],
    ['in a header of its own, last', () => [`${name}=${own}`, `theme=dark; ${name}=${planted}`]],
  ])('opens no session together with it, and ends neither: %s', async (_what, header) => {
    expect(await whoIs(header())).toBeUndefined()
    expect(await whoIs(`${name}=${own}`)).toBe(0)
    expect(await whoIs(`${name}=${planted}`)).toBe(7)
  })

  it('ends neither session at a sign-out', async () => {
    const cookie = `${name}=${planted}; ${name}=${own}`
    const headers = { cookie, 'x-csrf': '1' }
    const answer = await gatehouse().browser().send('/auth/sign-out', { method: 'POST', headers })
    expect(answer.status).toBe(200)
    expect(await whoIs(`${name}=${own}`)).toBe(0)
    expect(await whoIs(`${name}=${planted}`)).toBe(7)
    for (const [method, path] of [
      ['POST', '/api/session/extend'],
      ['DELETE', '/api/sessions'],
    ] as const) {
      const refused = await gatehouse().browser().send(path, { method, headers })
      expectProblem(refused, 401, 'sign_in_required')
    }
  })
})

describe('a cookie of an attempt’s own name, beside the real one', () => {
  it.each(['first', 'last'])('makes the callback begin once more if it is %s', async (place) => {
    const attacker = gatehouse().browser()
    await attacker.startSignIn()
    const foreign = (await attacker.cookieHeader()).replace(/^[^=]*=/, '')
    const victim = gatehouse().browser()
    const callback = await victim.callbackFrom(await victim.startSignIn())
    const real = await victim.cookieHeader()
    const copy = real.replace(/=.*$/, `=${foreign}`)
    const cookie = place === 'first' ? `${copy}; ${real}` : `${real}; ${copy}`
    gatehouse().tenant.journal.clear()
    const answer = await gatehouse().browser().send(callback, { cookie })
    expect(new URL(answer.location).pathname).toMatch(/\/authorize$/)
    expect(answer.setCookies.filter((line) => line.startsWith(`${name}=`))).toEqual([])
    expect(gatehouse().tenant.journal.count('token')).toBe(0)
  })
})

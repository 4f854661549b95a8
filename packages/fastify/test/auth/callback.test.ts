import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { callbackAt } from '../support/callback-at.ts'
import { foreignCode } from '../support/foreign-browser.ts'
import { expectRefusedSignIn, problemPageCode, startsSession } from '../support/refused-sign-in.ts'
import { withStoreFile } from '../support/store-file.ts'
import { tokenRequests, type TokenForm } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function redeemed(): TokenForm[] {
  return tokenRequests(gatehouse().tenant)
}

describe('a callback that this browser did not begin', () => {
  it('is refused with the sealed attempt of another tab under this attempt’s name', async () => {
    const browser = gatehouse().browser()
    const cookieOf = async (state: string | null) => {
      const base = createHash('sha256')
        .update(state ?? '')
        .digest('base64url')
        .slice(0, 16)
      return [`sign-in-${base}`, (await browser.cookie(`sign-in-${base}`)) ?? ''] as const
    }
    const [one, other] = [await browser.startSignIn(), await browser.startSignIn()].map(
      (url) => new URL(url),
    )
    const [, sealed] = await cookieOf(one?.searchParams.get('state') ?? null)
    const [name] = await cookieOf(other?.searchParams.get('state') ?? null)
    await browser.jar.setCookie(`${name}=${sealed}; Path=/`, gatehouse().publicUrl)
    const callback = await browser.callbackFrom(other?.href ?? '')
    expect(await expectRefusedSignIn(gatehouse(), () => browser.get(callback))).toBe('expired')
    expect(redeemed()).toEqual([])
  })

  it.each([
    ['was begun in the future', -11, 'expired'],
    ['was begun a little in the future', -9, undefined],
    ['was begun ten minutes ago', 10, 'expired'],
    ['was begun nine minutes ago', 9, undefined],
  ])('is measured by this server’s clock if it %s', async (_when, minutes, code) => {
    const { query, send } = await callbackAt(gatehouse())
    gatehouse().advance(minutes * 60_000)
    try {
      const answer = await send()
      expect(problemPageCode(answer)).toBe(code)
      expect(startsSession(answer)).toBe(code === undefined)
      expect(redeemed()).toHaveLength(code === undefined ? 1 : 0)
      expect(query.get('state')).toBeTruthy()
    } finally {
      gatehouse().advance(-minutes * 60_000)
    }
  })

  it('is refused without a transaction', async () => {
    const { query } = await callbackAt(gatehouse())
    const stranger = gatehouse().browser()
    const code = await expectRefusedSignIn(gatehouse(), () =>
      stranger.get(`/auth/redirect?${query.toString()}`),
    )
    // It started a moment ago, and no cookie came back: this browser stores none.
    expect(code).toBe('cookies_blocked')
    expect(redeemed()).toEqual([])
  })

  it.each([
    ['wrong', (query: URLSearchParams) => query.set('state', 'a'.repeat(43))],
    ['missing', (query: URLSearchParams) => query.delete('state')],
    ['empty', (query: URLSearchParams) => query.set('state', '')],
    [
      'in another case',
      (query: URLSearchParams) => query.set('state', swapCase(query.get('state'))),
    ],
  ])('is refused if the state is %s', async (_how, change) => {
    const { query, send } = await callbackAt(gatehouse())
    change(query)
    await expectRefusedSignIn(gatehouse(), send)
    expect(redeemed()).toEqual([])
  })

  it('is refused with the code and the state of an attacker', async () => {
    const victim = gatehouse().browser()
    await victim.startSignIn()
    const attacker = await callbackAt(gatehouse())
    await expectRefusedSignIn(gatehouse(), () =>
      victim.get(`/auth/redirect?${attacker.query.toString()}`),
    )
    expect(redeemed()).toEqual([])
  })

  it('is refused with an attacker’s code under the victim’s own state', async () => {
    const { query, send } = await callbackAt(gatehouse())
    query.set('code', await foreignCode(gatehouse().tenant))
    expect(await expectRefusedSignIn(gatehouse(), send)).toBe('expired')
  })

  it('is refused after ten minutes, as one that took too long', async () => {
    const { send } = await callbackAt(gatehouse())
    gatehouse().advance(10 * 60_000)
    expect(await expectRefusedSignIn(gatehouse(), send)).toBe('expired')
    expect(redeemed()).toEqual([])
  })
})

describe('an answer of the tenant without a code', () => {
  it.each([
    ['access_denied', '<svg onload=alert(1)>', 'cancelled'],
    ['access_denied', 'AADSTS65004: declined', 'cancelled'],
    ['access_denied', 'AADSTS50105: not assigned', 'not_assigned'],
    ['access_denied', 'AADSTS53003: blocked', 'denied'],
    ['consent_required', 'AADSTS65001: no consent', 'consent_required'],
    ['access_denied', 'AADSTS90094: an administrator has to', 'consent_required'],
    ['access_denied', 'AADSTS50020: elsewhere', 'other_organisation'],
    ['temporarily_unavailable', '', 'unavailable'],
    ['invalid_client', 'AADSTS7000222: expired', 'misconfigured'],
    ['<script>', 'AADSTS0: x', 'failed'],
  ])(
    'becomes a page that repeats none of its text: %s %s',
    async (error, description, expected) => {
      const { query, browser, send } = await callbackAt(gatehouse())
      query.delete('code')
      query.set('error', error)
      query.set('error_description', description)
      let location = ''
      const code = await expectRefusedSignIn(gatehouse(), async () => {
        const answer = await send()
        location = answer.location
        return answer
      })
      expect(code).toBe(expected)
      expect(location).not.toMatch(/svg|script|declined|blocked|elsewhere/)
      expect(await browser.cookieHeader()).toBe('')
      expect(redeemed()).toEqual([])
    },
  )

  it('ends the attempt, so that the same state opens nothing afterwards', async () => {
    const { query, send } = await callbackAt(gatehouse(), { cancel: true })
    expect(problemPageCode(await send())).toBe('cancelled')
    query.delete('error')
    query.set('code', await foreignCode(gatehouse().tenant))
    await expectRefusedSignIn(gatehouse(), send)
    expect(redeemed()).toEqual([])
  })

  it('counts as an error even with a code', async () => {
    const { query, send } = await callbackAt(gatehouse())
    query.set('error', 'server_error')
    expect(await expectRefusedSignIn(gatehouse(), send)).toBe('unavailable')
    expect(redeemed()).toEqual([])
  })

  it('is refused if it has no error either', async () => {
    const { query, send } = await callbackAt(gatehouse())
    query.delete('code')
    expect(await expectRefusedSignIn(gatehouse(), send)).toBe('failed')
  })
})

describe('the cookie of an attempt', () => {
  it.each([
    ['a success', () => undefined],
    ['an error', (query: URLSearchParams) => query.set('error', 'access_denied')],
    ['a bad code', (query: URLSearchParams) => query.set('code', 'bad')],
    ['a missing code', (query: URLSearchParams) => query.delete('code')],
  ])('is deleted after %s, with the attributes it was set with', async (_what, change) => {
    const { browser, query, send } = await callbackAt(gatehouse())
    const [name = ''] = /sign-in-[^=]+/.exec(await browser.cookieHeader()) ?? []
    change(query)
    const answer = await send()
    const line = answer.setCookies.find((cookie) => cookie.startsWith(`${name}=;`))
    expect(line?.split('; ').toSorted()).toEqual(
      [`${name}=`, 'HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Lax'].toSorted(),
    )
    expect(await browser.cookieHeader()).not.toContain('sign-in-')
  })
})

describe('a sign-in while the store does not answer', () => {
  it.each([
    ['at a callback', true],
    ['at one without an attempt', false],
  ])('is 503 %s, without a session, and recovers', async (_which, own) => {
    const { browser, query } = await callbackAt(gatehouse())
    await browser.signIn()
    const second = await callbackAt(gatehouse())
    const target = own ? second.browser : browser
    const sent = own ? second.query : query
    withStoreFile(gatehouse(), (db) =>
      db.exec('alter table sessions rename to away; alter table marks rename to gone'),
    )
    try {
      if (!own) sent.set('state', 'unknown')
      const answer = await target.get(`/auth/redirect?${sent.toString()}`)
      expect([answer.status, startsSession(answer)]).toEqual([503, false])
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    } finally {
      withStoreFile(gatehouse(), (db) =>
        db.exec('alter table away rename to sessions; alter table gone rename to marks'),
      )
    }
    expect((await gatehouse().browser().signIn()).location).toBe('/')
  })
})

function swapCase(text: string | null): string {
  return (text ?? '').replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

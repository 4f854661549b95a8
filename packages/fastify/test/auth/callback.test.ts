import { describe, expect, it } from 'vitest'
import { callbackAt } from '../support/callback-at.ts'
import { foreignCode } from '../support/foreign-browser.ts'
import {
  expectRefusedSignIn,
  expectRestart,
  problemPageCode,
  startsSession,
} from '../support/refused-sign-in.ts'
import { withStoreFile } from '../support/store-file.ts'
import { tokenRequests, type TokenForm } from '../support/token-requests.ts'
import { people } from '@gatehouse/tenant/testing'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function redeemed(): TokenForm[] {
  return tokenRequests(gatehouse().tenant)
}

/** The names and values of the cookies of attempts. */
async function attemptCookies(browser: { cookieHeader(): Promise<string> }) {
  const pairs = (await browser.cookieHeader()).split('; ')
  return pairs.filter((pair) => pair.startsWith('sign-in-')).map((pair) => pair.split('='))
}

describe('a callback that this browser did not begin', () => {
  it('redeems nothing with the sealed attempt of another tab in place of its own', async () => {
    const browser = gatehouse().browser()
    await browser.startSignIn()
    const [[, sealed = ''] = []] = await attemptCookies(browser)
    const { browser: victim, query } = await callbackAt(gatehouse())
    const [[name] = []] = await attemptCookies(victim)
    const cookie = `${name}=${sealed}`
    await expectRestart(gatehouse(), () =>
      victim.send(`/auth/redirect?${query.toString()}`, { cookie }),
    )
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

  it('begins once more without its transaction, and only once', async () => {
    const { query } = await callbackAt(gatehouse())
    const stranger = gatehouse().browser()
    const cookieless = (target: string) => stranger.send(target, { cookie: '' })
    const url = await expectRestart(gatehouse(), () =>
      cookieless(`/auth/redirect?${query.toString()}`),
    )
    expect(url.searchParams.get('state')).not.toBe(query.get('state'))
    expect(url.searchParams.has('prompt')).toBe(false)

    // Two attempts, and no cookie came back: this browser stores none.
    const second = await stranger.callbackFrom(url.href)
    let location = ''
    const code = await expectRefusedSignIn(gatehouse(), async () => {
      const answer = await cookieless(second)
      location = answer.location
      return answer
    })
    expect(code).toBe('cookies_blocked')
    expect(new URL(location, publicUrl).searchParams.get('returnTo')).toBe('/users')
    expect(redeemed()).toEqual([])
  })

  it('lands on the page of the first attempt after it has begun once more', async () => {
    const { query } = await callbackAt(gatehouse())
    const stranger = gatehouse().browser()
    const again = await stranger.get(`/auth/redirect?${query.toString()}`)
    const answer = await stranger.get(await stranger.callbackFrom(again.location))
    expect([answer.location, startsSession(answer)]).toEqual(['/users', true])
    expect(redeemed()).toHaveLength(1)
  })

  it('leads a signed-in user to the page of its state, also when it is old', async () => {
    const { query } = await callbackAt(gatehouse())
    const browser = gatehouse().browser()
    await browser.signIn()
    const session = await browser.cookie('session-5173')
    for (const minutes of [0, 20]) {
      gatehouse().advance(minutes * 60_000)
      const answer = await browser.get(`/auth/redirect?${query.toString()}`)
      expect([answer.status, answer.location, answer.setCookies]).toEqual([303, '/users', []])
    }
    gatehouse().advance(-20 * 60_000)
    expect(await browser.cookie('session-5173')).toBe(session)
    expect(redeemed()).toHaveLength(1)
  })

  it('sends nobody to Microsoft again who has just cancelled there', async () => {
    const { query } = await callbackAt(gatehouse(), { cancel: true })
    const stranger = gatehouse().browser()
    const code = await expectRefusedSignIn(gatehouse(), () =>
      stranger.get(`/auth/redirect?${query.toString()}`),
    )
    expect(code).toBe('cancelled')
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

  /** A callback of someone else's sign-in, which leads to the claims page. */
  async function attackersLink(): Promise<string> {
    const attacker = gatehouse().browser()
    const user = people(gatehouse().tenant).at(1).userPrincipalName
    return attacker.callbackFrom(await attacker.startSignIn('/claims'), { user })
  }

  it.each([
    ['signed out', false],
    ['in the middle of a sign-in', true],
  ])(
    'never signs the victim in with the code and the state of an attacker: %s',
    async (_who, begun) => {
      const link = await attackersLink()
      const victim = gatehouse().browser()
      if (begun) await victim.startSignIn('/users')
      const url = await expectRestart(gatehouse(), () => victim.get(link))
      expect(redeemed()).toEqual([])
      // Of the attacker's state, only the page is used: nothing that names or chooses the attacker.
      const sent = [...url.searchParams.keys()]
      for (const name of ['login_hint', 'domain_hint', 'prompt', 'code']) {
        expect(sent).not.toContain(name)
      }
      const { id, userPrincipalName: user } = people(gatehouse().tenant).at(2)
      const landed = await victim.get(await victim.callbackFrom(url.href, { user }))
      expect(landed.location).toBe('/claims')
      expect((await victim.get('/api/me')).json()).toMatchObject({ objectId: id })
    },
  )

  it('leaves a signed-in victim signed in with the code and the state of an attacker', async () => {
    const link = await attackersLink()
    const { id, userPrincipalName: user } = people(gatehouse().tenant).at(2)
    const victim = gatehouse().browser()
    await victim.signIn({ user })
    const answer = await victim.get(link)
    expect([answer.location, answer.setCookies]).toEqual(['/claims', []])
    expect(redeemed()).toHaveLength(1)
    expect((await victim.get('/api/me')).json()).toMatchObject({ objectId: id })
  })

  it('is refused with an attacker’s code under the victim’s own state', async () => {
    const { query, send } = await callbackAt(gatehouse())
    query.set('code', await foreignCode(gatehouse().tenant))
    expect(await expectRefusedSignIn(gatehouse(), send)).toBe('expired')
  })

  it('is refused after ten minutes, as one that took too long', async () => {
    const { send } = await callbackAt(gatehouse())
    gatehouse().advance(10 * 60_000)
    let location = ''
    const code = await expectRefusedSignIn(gatehouse(), async () => {
      const answer = await send()
      location = answer.location
      return answer
    })
    expect(code).toBe('expired')
    expect(location).toContain('returnTo=%2Fusers')
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
    ['access_denied', 'AADSTS90094: an administrator has to', 'admin_consent_required'],
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
    await expectRestart(gatehouse(), send)
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

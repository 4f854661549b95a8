/** What the tests of device-bound sessions stand on: https at a name of its own, and a Chromium that binds sessions. */
import { expect, type Page } from '@playwright/test'
import { test, type BoundGatehouse } from './bound-gatehouse.ts'
import type { Exchange } from './https-front.ts'
import { signInAtTenant, signInLink } from './visitor.ts'

const cookie = '__Host-probe'
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** Answers in the app's place, as a server with device-bound sessions. @param refresh the answer to a proof */
function bindSessions({ front }: BoundGatehouse, refresh: { status: number }): () => void {
  const offer = '(ES256);path="/probe/bind";challenge="first"'
  const headers = { 'set-cookie': `${cookie}=bound; ${attributes}; Max-Age=600` }
  const session = {
    session_identifier: 'probe',
    refresh_url: '/probe/refresh',
    scope: { include_site: false, scope_specification: [] },
    credentials: [{ type: 'cookie', name: cookie, attributes }],
  }
  const challenge = { 'secure-session-challenge': '"second";id="probe"' }
  const ends = [
    front.answer('/probe', () => ({ status: 200, body: 'probe' })),
    front.answer('/probe/offer', () => ({
      status: 200,
      headers: { 'secure-session-registration': offer },
    })),
    front.answer('/probe/bind', () => ({ status: 200, headers, body: JSON.stringify(session) })),
    front.answer('/probe/refresh', (request) =>
      request.headers['secure-session-response'] === undefined
        ? { status: 403, headers: challenge }
        : { ...refresh, headers },
    ),
  ]
  return () => ends.forEach((end) => end())
}

/** The challenge that a proof answers. */
function challengeOf({ headers }: Exchange): string {
  const [, payload = ''] = String(headers['secure-session-response']).split('.')
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti: string }).jti
}

const ask = (page: Page, path: string) =>
  page.evaluate(async (url) => (await fetch(url)).status, path)

test(
  'a user signs in at the app’s https address',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    await bound.page.goto('/')
    await signInLink(bound.page).click()
    await signInAtTenant(bound.page, 0)
    expect(new URL(bound.page.url()).origin).toBe(gatehouse.deployment.publicUrl)
    const cookies = await bound.context.cookies(gatehouse.deployment.publicUrl)
    const session = cookies.find(({ name }) => name === '__Host-session')
    expect(session).toMatchObject({ secure: true, httpOnly: true, domain: 'app.test' })
    expect(await ask(bound.page, '/api/me')).toBe(200)
  },
)

test(
  'Chromium binds a session, renews its cookie, and does both after a restart',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const end = bindSessions(gatehouse, { status: 200 })
    const { front, deployment } = gatehouse
    const from = front.exchanges.length
    await bound.page.goto('/probe')
    await ask(bound.page, '/probe/offer')
    expect((await bound.registered()).key).toEqual({ site: 'https://app.test', id: 'probe' })
    expect(front.requests('/probe/bind').slice(-1).map(challengeOf)).toEqual(['first'])

    await bound.expire(cookie)
    expect(await ask(bound.page, '/probe')).toBe(200)
    await bound.refreshed()

    await bound.restart()
    expect((await bound.sessions()).map(({ key }) => key.id)).toEqual(['probe'])
    await bound.expire(cookie)
    await bound.page.goto('/probe')
    await bound.refreshed(2)
    expect(await bound.context.cookies(deployment.publicUrl)).toHaveLength(1)
    const refreshes = front.exchanges.slice(from).filter(({ path }) => path === '/probe/refresh')
    expect(refreshes.map(({ status }) => status)).toEqual([403, 200, 403, 200])
    const proofs = refreshes.filter(({ status }) => status === 200)
    expect(proofs.map(challengeOf)).toEqual(['second', 'second'])
    end()
  },
)

test(
  'Chromium gives a session up if the refresh is refused, and says why',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const end = bindSessions(gatehouse, { status: 404 })
    await bound.page.goto('/probe')
    await ask(bound.page, '/probe/offer')
    await bound.registered()
    await bound.expire(cookie)
    await ask(bound.page, '/probe')
    expect(await bound.refreshFailed()).toBe('PersistentHttpError')
    expect(await bound.ended()).toBe('RefreshFatalError')
    expect(await bound.sessions()).toEqual([])
    end()
  },
)

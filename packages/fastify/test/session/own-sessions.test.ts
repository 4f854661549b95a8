/** What the list of a user's own sessions says of each: where it is from, how it began, and when it ends. */
import { randomBytes } from 'node:crypto'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { signInAddress } from '../../src/auth/callback/session-label.ts'
import { createLookupKeys, createSessionLabels } from '../../src/session/lookup-keys.ts'
import { methodsOf } from '../../src/session/record.ts'
import { UserSessions } from '../../src/session/user-sessions.ts'
import { sessionParts, sessionRecord, type SessionParts } from '../support/session-parts.ts'

const minute = 60_000

/** Signs in, and reads what the list says of that session. */
async function signIn(
  browser: Browser,
  headers: Record<string, string> = {},
): Promise<OwnSessions['sessions'][number]> {
  const callback = await browser.callbackFrom(await browser.startSignIn())
  await browser.get(callback, headers)
  return current(browser)
}

async function current(browser: Browser): Promise<OwnSessions['sessions'][number]> {
  const { sessions } = (await browser.get('/api/sessions')).json() as OwnSessions
  const own = sessions.find((session) => session.current)
  if (!own) throw new Error('The session is not in the list')
  return own
}

describe('a session in the list of its user', () => {
  const gatehouse = useTestApp({ config: { session: { idleMinutes: 50 } } })

  it('has the address that it began at, which the store does not show', async () => {
    expect(await signIn(gatehouse().browser())).toMatchObject({ address: '127.0.0.1' })
    for (const { sealed, label } of await gatehouse().stored.records()) {
      expect(Buffer.from(sealed).includes('127.0.0.1')).toBe(false)
      expect(Buffer.from(label).includes('127.0.0.1')).toBe(false)
    }
  })

  it.each(['x-forwarded-for', 'forwarded'])(
    'has none if a proxy that is not trusted sent %s: the address would be the proxy’s',
    async (name) => {
      const own = await signIn(gatehouse().browser(), { [name]: '203.0.113.9' })
      expect(own).not.toHaveProperty('address')
    },
  )

  it('says when it ends without activity, and later after some', async () => {
    const browser = gatehouse().browser()
    const first = await signIn(browser)
    const idle = Date.parse(first.expiresAt) - Date.parse(first.lastSeenAt)
    expect(idle).toBe(50 * minute)
    gatehouse().advance(5 * minute)
    await browser.post('/api/session/extend')
    const later = await current(browser)
    expect(Date.parse(later.expiresAt)).toBe(Date.parse(later.lastSeenAt) + idle)
    expect(Date.parse(later.expiresAt)).toBeGreaterThanOrEqual(
      Date.parse(first.expiresAt) + 5 * minute,
    )
  })

  it('says nothing of the methods if Entra does not', async () => {
    expect(await signIn(gatehouse().browser())).not.toHaveProperty('methods')
  })
})

describe('behind a trusted proxy, a session', () => {
  const gatehouse = useTestApp({ env: { TRUSTED_PROXIES: '127.0.0.1' } })

  it('has the address that the proxy saw', async () => {
    const own = await signIn(gatehouse().browser(), { 'x-forwarded-for': '203.0.113.9' })
    expect(own.address).toBe('203.0.113.9')
  })
})

describe('the address of a sign-in', () => {
  it.each([
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unix:', undefined],
    ['', undefined],
  ])('%j is %j', (ip, address) => {
    expect(signInAddress({ headers: {}, ip } as FastifyRequest)).toBe(address)
  })
})

describe('the methods of a sign-in', () => {
  let parts: SessionParts
  beforeAll(async () => {
    parts = await sessionParts('sqlite')
  })
  afterAll(() => parts.dispose())

  it('are in the list, in the order of the token', async () => {
    const record = sessionRecord()
    const claims = { ...record.claims, amr: ['pwd', 'mfa'] }
    await parts.sessions.start({ ...record, claims, address: '203.0.113.9' }, randomBytes(32))
    const userSessions = new UserSessions({
      store: parts.store.sessions,
      lookupKeys: createLookupKeys(parts.keys),
      labels: createSessionLabels(parts.keys),
      lifetimes: { idleMs: 60 * minute, absoluteMs: 120 * minute },
      end: () => Promise.resolve(),
    })
    const list = await userSessions.list({ tenantId: 't', objectId: 'o' })
    expect(list).toMatchObject([{ methods: ['pwd', 'mfa'], address: '203.0.113.9' }])
  })

  it('are short names alone, and a few', () => {
    const { claims } = sessionRecord()
    const of = (amr: unknown) => methodsOf({ ...claims, amr })
    expect(of(['pwd', 7, '<b>', 'x'.repeat(21), ''])).toEqual(['pwd'])
    expect(of(Array.from({ length: 50 }, (_, index) => `m${index}`))).toHaveLength(8)
    for (const amr of ['pwd', null, undefined, {}]) expect(of(amr)).toEqual([])
  })
})

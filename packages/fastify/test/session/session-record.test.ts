import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { StoredRecord } from '../../src/store/store.ts'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

/** What an attacker with access to the store may do to a record's sealed bytes. */
const changes: [string, (sealed: Buffer) => Buffer][] = [
  ['flipped in its format', (sealed) => flipped(sealed, 0)],
  ['flipped in its nonce', (sealed) => flipped(sealed, 5)],
  ['flipped in its body', (sealed) => flipped(sealed, 100)],
  ['flipped in its tag', (sealed) => flipped(sealed, sealed.length - 1)],
  ['cut at its end', (sealed) => sealed.subarray(0, -1)],
  ['cut to its header', (sealed) => sealed.subarray(0, 13)],
  ['empty', () => Buffer.alloc(0)],
  ['longer', (sealed) => Buffer.concat([sealed, Buffer.of(0)])],
  ['of an older format', (sealed) => Buffer.concat([Buffer.of(0), sealed.subarray(1)])],
  ['of a newer format', (sealed) => Buffer.concat([Buffer.of(2), sealed.subarray(1)])],
  ['zeros', (sealed) => Buffer.alloc(sealed.length)],
]

describe.each(storeKinds)('on %s, a session record', (store) => {
  const gatehouse = useTestApp({ store })

  /** A browser that has just signed in, and its record. */
  async function signedIn(): Promise<[Browser, StoredRecord]> {
    const before = new Set((await gatehouse().stored.records()).map(({ id }) => id))
    const browser = gatehouse().browser()
    await browser.signIn()
    await browser.get('/api/me')
    const record = (await gatehouse().stored.records()).find(({ id }) => !before.has(id))
    if (!record) throw new Error('The sign-in left no record')
    return [browser, { ...record, sealed: Buffer.from(record.sealed) }]
  }

  async function expectRefused(browser: Browser, record: StoredRecord): Promise<void> {
    const audits = () => gatehouse().logs.filter((line) => line.includes('session_record_refused'))
    const before = audits().length
    // The copy in memory is used until the process notices the change, a few milliseconds.
    await expect.poll(async () => (await browser.get('/api/me')).status, { interval: 5 }).toBe(401)
    expectProblem(await browser.get('/api/users'), 401, 'sign_in_required')
    expect((await browser.get('/api/session')).json()).toMatchObject({ signedIn: false })
    expect(audits().length - before).toBe(1)
    const left = await gatehouse().stored.records()
    expect(left.map(({ id }) => id)).not.toContain(record.id)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
  }

  it.each(changes)(
    'that is %s is no session: the answer is 401, with one audit line, and the record is deleted',
    async (_, how) => {
      const [browser, record] = await signedIn()
      await gatehouse().stored.put({ ...record, sealed: how(Buffer.from(record.sealed)) })
      await expectRefused(browser, record)
      expect((await browser.signIn()).location).toBe('/')
    },
  )

  it('does not open under the id of another session, even of the same user', async () => {
    const [one, first] = await signedIn()
    const [other, second] = await signedIn()
    await gatehouse().stored.put({ ...second, id: first.id })
    await expectRefused(one, first)
    expect((await other.get('/api/me')).status).toBe(200)
  })

  it('with the label of another session is still listed, and the session goes on', async () => {
    const [one, first] = await signedIn()
    const [, second] = await signedIn()
    const list = async () =>
      ((await one.get('/api/sessions')).json() as { sessions: unknown[] }).sessions
    const before = await list()
    await gatehouse().stored.put({ ...first, label: second.label })
    expect(await list()).toHaveLength(before.length)
    expect((await one.get('/api/me')).status).toBe(200)
  })

  it('has an id and a public name that are neither in its cookie nor derived from each other', async () => {
    const [browser, { id }] = await signedIn()
    const cookie = (await browser.cookie('session-5173')) ?? ''
    const text = (await browser.get('/api/sessions')).text
    expect(`${cookie}${text}`).not.toContain(id)
    expect(Buffer.from(id, 'base64url')).toHaveLength(32)
  })

  it('takes 4 kB at most, with tokens of the size that Entra gives', async () => {
    const [, record] = await signedIn()
    expect(record.sealed.length + record.label.length).toBeLessThanOrEqual(4096)
    expect(record.sealed.length).toBeGreaterThan(1500)
  })

  it('holds no token, no name, no object id and no claim in the clear', async () => {
    const [browser] = await signedIn()
    await browser.get('/api/users')
    const { tenant, stored } = gatehouse()
    const [user] = tenant.users
    const graphCall = tenant.journal.entries().find(({ endpoint }) => endpoint === 'users')
    const token = String(graphCall?.headers['authorization']).replace('Bearer ', '')
    const content = await stored.bytes()
    expect(content.length).toBeGreaterThan(1500)
    const cookie = (await browser.cookie('session-5173')) ?? ''
    for (const needle of [
      ...clearTexts,
      token,
      token.slice(0, 40),
      token.slice(-40),
      cookie,
      cookie.slice(0, 40),
      user?.userPrincipalName,
      user?.id,
      user?.givenName,
      user?.surname,
      tenant.tenantId,
    ]) {
      expect(needle).toMatch(/\w/)
      expect([needle, content.includes(String(needle))]).toEqual([needle, false])
    }
  })
})

/** Words in the plain text of every record, long enough that random bytes do not spell them. */
const clearTexts = [
  'eyJhbGci',
  'eyJ0eXAi',
  'refresh',
  'accessToken',
  'Bearer',
  'preferred_username',
  'https://',
  '"scopes"',
  'Unknown device',
]

function flipped(sealed: Buffer, at: number): Buffer {
  const changed = Buffer.from(sealed)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

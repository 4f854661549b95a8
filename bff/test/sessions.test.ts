import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionRecord } from '../src/identity/session/record.ts'
import { createSealedCookies } from '../src/identity/session/sealed-cookie.ts'
import { createSessions, type Session, type Sessions } from '../src/identity/session/sessions.ts'
import { openStore } from '../src/identity/store/open.ts'
import type { SessionStore } from '../src/identity/store/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sessions-'))
let store: SessionStore
let sessions: Sessions
beforeAll(async () => {
  store = openStore(`sqlite:${join(folder, 'sessions.sqlite')}`, Date.now)
  const key = randomBytes(32)
  sessions = createSessions({
    store,
    cookies: await createSealedCookies(Fastify(), [key], 3600),
    lifetimes: { idleMs: 3_600_000, absoluteMs: 7_200_000 },
    indexKey: key,
    now: Date.now,
  })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A session that two requests have opened at the same time. */
async function openedTwice(): Promise<[string, Session, Session]> {
  const claims = { tid: 't', oid: 'o', sub: 's', exp: 1, iat: 1 }
  const passed = 'passed' as const
  const record: SessionRecord = {
    claims,
    checks: { signature: passed, issuer: passed, audience: passed, nonce: passed, expiry: passed },
    receivedAt: Date.now(),
    tokens: [],
    startedAt: Date.now(),
    seenAt: Date.now(),
  }
  const cookie = await sessions.start(record)
  const [one, other] = [await sessions.open(cookie), await sessions.open(cookie)]
  if (!one || !other) throw new Error('The session does not open')
  return [cookie, one, other]
}

describe('two requests that change a session at the same time', () => {
  it('lose nothing of each other', async () => {
    const [cookie, one, other] = await openedTwice()
    await sessions.update(one, (record) => ({ ...record, refreshToken: 'rotated' }))
    await sessions.update(other, (record) => ({ ...record, seenAt: record.seenAt + 1 }))
    const { record, version } = (await sessions.open(cookie)) ?? {}
    expect(version).toBe(3)
    expect(record).toMatchObject({ refreshToken: 'rotated', seenAt: one.record.seenAt + 1 })
  })

  it('keep it alive: an extension counts after another write', async () => {
    const [, one, other] = await openedTwice()
    await sessions.update(one, (record) => ({ ...record, refreshToken: 'rotated' }))
    expect(await sessions.extend(other)).toMatchObject({ version: 3 })
  })

  it('do not bring it back where one of them ended it', async () => {
    const [cookie, one, other] = await openedTwice()
    await sessions.end(one)
    expect(await sessions.update(other, (record) => record)).toBeUndefined()
    expect(await sessions.extend(other)).toBeUndefined()
    expect(await sessions.open(cookie)).toBeUndefined()
  })
})

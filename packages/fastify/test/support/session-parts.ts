/** Sessions on a store without an app, and a record to start them with. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { createLookupKeys, createSessionLabels } from '../../src/session/lookup-keys.ts'
import type { Lifetimes, SessionRecord } from '../../src/session/record.ts'
import { createSealedCookies } from '../../src/session/cookie.ts'
import { Sessions } from '../../src/session/sessions.ts'
import { openStore } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { startRedis } from '@gatehouse/test-support/redis'
import type { StoreKind } from '@gatehouse/test-support/stored'

export interface SessionParts {
  sessions: Sessions
  store: Store
  /** The session keys at the start. */
  keys: readonly Buffer[]
  dispose(): Promise<void>
}

interface SessionPartsOptions {
  maxOpen?: number
  lifetimes?: Lifetimes
}

export async function sessionParts(
  kind: StoreKind,
  { maxOpen, lifetimes = { idleMs: 3_600_000, absoluteMs: 7_200_000 } }: SessionPartsOptions = {},
): Promise<SessionParts> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sessions-'))
  const redis = kind === 'redis' ? await startRedis() : undefined
  const store = await openStore(redis?.url ?? `sqlite:${join(folder, 's.sqlite')}`, Date.now)
  const app = Fastify()
  const keys = [randomBytes(32)]
  const sessions = new Sessions({
    store,
    cookies: await createSealedCookies(app, keys, lifetimes.absoluteMs / 1000),
    lifetimes,
    lookupKeys: createLookupKeys(keys),
    labels: createSessionLabels(keys),
    log: app.log,
    now: Date.now,
    ...(maxOpen !== undefined && { maxOpen }),
  })
  return {
    sessions,
    store,
    keys,
    dispose: async () => {
      await store.close()
      await redis?.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function sessionRecord(): SessionRecord {
  const passed = 'passed' as const
  return {
    claims: { tid: 't', oid: 'o', sub: 's', exp: 1, iat: 1 },
    checks: { signature: passed, issuer: passed, audience: passed, nonce: passed, expiry: passed },
    receivedAt: Date.now(),
    tokens: [],
    startedAt: Date.now(),
    seenAt: Date.now(),
    device: 'Firefox on Linux',
  }
}

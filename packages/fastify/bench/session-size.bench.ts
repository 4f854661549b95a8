/** Bytes per session: in the cookie, in the store, and in memory while it is open. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { createLookupKeys, createSessionLabels } from '../src/session/lookup-keys.ts'
import type { SessionRecord } from '../src/session/record.ts'
import { createSealedCookies } from '../src/session/cookie.ts'
import { Sessions } from '../src/session/sessions.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { collect } from './measured-process.ts'
import { line, printFigure } from './report.ts'

const count = 10_000

/** As long as Entra's. Random bytes, because a real token has no patterns but those of base64. */
function token(bytes: number): string {
  return randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64url')
    .slice(0, bytes)
}

function claims(): SessionRecord['claims'] {
  return {
    aud: randomUUID(),
    iss: `https://login.microsoftonline.com/${randomUUID()}/v2.0`,
    iat: 1,
    nbf: 1,
    exp: 2,
    aio: token(120),
    name: 'Person With A Name',
    nonce: token(43),
    oid: randomUUID(),
    tid: randomUUID(),
    preferred_username: 'person.name@directory.example',
    rh: token(60),
    sid: randomUUID(),
    sub: token(43),
    uti: token(22),
    ver: '2.0',
    login_hint: token(180),
  }
}

function record(): SessionRecord {
  const now = Date.now()
  const passed = 'passed'
  return {
    claims: claims(),
    checks: { signature: passed, issuer: passed, audience: passed, nonce: passed, expiry: passed },
    receivedAt: now,
    tokens: [
      {
        scopes: ['User.ReadBasic.All', 'openid', 'profile'],
        accessToken: token(2000),
        expiresAt: now + 3_600_000,
      },
    ],
    refreshToken: token(1500),
    startedAt: now,
    seenAt: now,
    device: 'Chromium on Linux',
  }
}

async function bytesInUse(): Promise<number> {
  await collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export async function benchSessionSize(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const store = await openSqliteStore(join(folder, 'sessions.sqlite'), Date.now)
  const app = Fastify()
  const keys = [randomBytes(32)]
  const sessions = new Sessions({
    store,
    cookies: await createSealedCookies(app, keys, 43_200),
    lifetimes: { idleMs: 3_600_000, absoluteMs: 43_200_000 },
    lookupKeys: createLookupKeys(keys),
    labels: createSessionLabels(keys),
    log: app.log,
    now: Date.now,
  })
  let stored = 0
  const create = store.sessions.create
  store.sessions.create = (written, ...rest) => {
    stored += written.sealed.length + written.label.length
    return create(written, ...rest)
  }

  const cookies: string[] = []
  for (let index = 0; index < count; index += 1) cookies.push(await sessions.start(record()))
  const before = await bytesInUse()
  for (const cookie of cookies) await sessions.resolve(cookie)
  const open = ((await bytesInUse()) - before) / count

  line(`\nBytes per session, ${count} of them`)
  printFigure('cookie, name and value', String(`session-5173=${cookies[0] ?? ''}`.length))
  printFigure('store, the record', (stored / count).toFixed(0))
  printFigure('memory, open', globalThis.gc ? open.toFixed(0) : 'run with --expose-gc')
  await store.close()
  await app.close()
  rmSync(folder, { recursive: true, force: true })
}

/**
 * `npm run record-session -w @gatehouse/fastify`, at each release: a session as this version stores it, for the test
 * that later versions can read it.
 */
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'

export const recordings = join(import.meta.dirname, '../test/session/recorded')

export interface Recording {
  recordedAt: string
  cookie: string
  sessionKeys: string
  user: string
}

async function record(): Promise<void> {
  const { version } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
  ) as { version: string }
  // It becomes known to everyone: it opens nothing but this session of the local tenant.
  const sessionKeys = randomBytes(32).toString('base64')
  const gatehouse = await startGatehouse({ env: { SESSION_KEYS: sessionKeys } })
  const browser = gatehouse.browser()
  await browser.signIn()
  const { name } = (await browser.get('/api/me')).json() as { name: string }
  const cookie = await browser.cookieHeader()
  const recording: Recording = {
    recordedAt: new Date(gatehouse.now()).toISOString(),
    cookie,
    sessionKeys,
    user: name,
  }
  mkdirSync(recordings, { recursive: true })
  // Closed first, so that everything is in the one file.
  await gatehouse.app.close()
  cpSync(join(gatehouse.dataDir, 'sessions.sqlite'), join(recordings, `${version}.sqlite`))
  writeFileSync(join(recordings, `${version}.json`), `${JSON.stringify(recording, null, 2)}\n`)
  await gatehouse.close()
}

if (import.meta.main) await record()

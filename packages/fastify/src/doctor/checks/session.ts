/** What sessions need: a store, a cookie that browsers keep, and keys. */
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Fastify from 'fastify'
import type { Config } from '../../config/index.ts'
import { createCookieJar, createSealedCookies, sessionCookie } from '../../session/cookie.ts'
import { createStoreAccess } from '../../entra/index.ts'
import { missingFile, openStore } from '../../store/index.ts'
import { StoreError, storeRemedy } from '../../store/store.ts'
import { type Check, fail, type Finding, nameOf, pass } from '../check.ts'

export const store: Check = {
  id: 'store',
  async run({ config }) {
    const file = missingFile(config.storeUrl)
    if (file !== undefined && canBeMade(file)) {
      const reason = `There is no SQLite file yet: the app makes ${file} when it starts.`
      return [pass('store', reason)]
    }
    const problem = await tryStore(config).then(
      () => undefined,
      (error: unknown) =>
        // The sentence of a StoreError is ours: the store explains its library's errors by their code.
        error instanceof StoreError ? error.message : nameOf(error),
    )
    return [storeFinding(config, problem)]
  },
}

/**
 * Whether this user may make a file. It is not tried: the file would belong to whoever asks, often root, and the app could not
 * open it.
 */
function canBeMade(path: string): boolean {
  let folder = dirname(path)
  while (!existsSync(folder)) folder = dirname(folder)
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return statSync(folder).isDirectory()
  } catch {
    return false
  }
}

/** Opens the store and writes a key that expires by itself. @throws StoreError, Error */
async function tryStore(config: Config): Promise<void> {
  const access = createStoreAccess(config, undefined, Date.now)
  const opened = await openStore(config.storeUrl, Date.now, access)
  try {
    await opened.ping()
    await opened.checkWrite()
  } finally {
    await opened.close()
  }
}

function storeFinding({ storeUrl }: Config, problem: string | undefined): Finding {
  const kind = storeUrl.startsWith('sqlite:') ? 'The SQLite file' : 'Redis'
  if (!problem) return pass('store', `${kind} can be read and written.`)
  return fail('store', `${kind} cannot be read and written: ${problem}`, storeRemedy(storeUrl))
}

export const cookie: Check = {
  id: 'cookie',
  async run({ config }) {
    return [cookieFinding(await cookieBytes(config))]
  },
}

/** The bytes of the session's cookie, with its name: the same for every user. */
async function cookieBytes({ sessionKeys: keys, publicUrl }: Config): Promise<number> {
  const app = Fastify({ logger: false })
  try {
    const cookies = await createSealedCookies(app, keys, 3600)
    const content = { key: randomBytes(32).toString('base64url'), startedAt: Date.now() }
    const name = createCookieJar(publicUrl).name(sessionCookie)
    return `${name}=${cookies.seal('session', content)}`.length
  } finally {
    await app.close()
  }
}

/** Browsers drop a longer cookie silently (RFC 6265 §6.1). */
const maxCookieBytes = 4096

function cookieFinding(bytes: number): Finding {
  const reason = `The session’s cookie has ${bytes} bytes; browsers take ${maxCookieBytes}.`
  if (bytes <= maxCookieBytes) return pass('cookie', reason)
  const next = 'Report this: the cookie holds a key and nothing else.'
  return fail('cookie', reason, next, 'developer')
}

export const sessionKeys: Check = {
  id: 'session-keys',
  run: ({ config }) => [keyFinding(config)],
}

function keyFinding({ production, sessionKeys: { length: count }, storeUrl }: Config): Finding {
  const id = 'session-keys'
  // With a store that is shared, the configuration is refused without SESSION_KEYS as well.
  if (production || !storeUrl.startsWith('sqlite:')) {
    return pass(id, `${count} in SESSION_KEYS; the first one encrypts.`)
  }
  return pass(id, `${count === 1 ? 'One key' : `${count} keys`}, for development.`)
}

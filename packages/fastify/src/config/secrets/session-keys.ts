/** Session keys: `SESSION_KEYS`, and the key of a development machine. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from '../environment.ts'
import { ConfigError, type ConfigProblem } from '../errors.ts'
import { type ConfigFile, intactPlaceholders } from '../schema.ts'
import { readSecretFile } from './files.ts'

interface KeyContext {
  production: boolean
  /** Whether SESSION_KEYS_FILE was given. */
  fromFile: boolean
  dataDir: string
  /** Its keys may be wrong, and it may be no object. */
  file: ConfigFile | null
}

/**
 * The keys of SESSION_KEYS. A key of this machine's own takes their place in development only: two instances
 * with a key each would refuse each other's cookies, on every other request.
 */
export function configuredKeys(
  environment: Environment,
  context: KeyContext,
): { sessionKeys: () => Buffer[]; problems: ConfigProblem[] } {
  const key = context.fromFile ? 'SESSION_KEYS_FILE' : 'SESSION_KEYS'
  if (environment.SESSION_KEYS) {
    const { keys, problems } = parseSessionKeys(environment.SESSION_KEYS)
    return { sessionKeys: () => keys, problems: problems.map((message) => ({ key, message })) }
  }
  const reason = context.fromFile ? undefined : reasonForKeys(environment, context)
  return {
    sessionKeys: () => [developmentKey(context.dataDir)],
    problems: reason
      ? [{ key, message: `is missing; ${reason} needs one: openssl rand -base64 32` }]
      : [],
  }
}

/** What needs keys that every instance shares; undefined on a development machine. */
function reasonForKeys(
  { STORE_URL: storeUrl = 'sqlite:' }: Environment,
  { production, file }: KeyContext,
): string | undefined {
  if (production) return 'production'
  if (!storeUrl.startsWith('sqlite:')) return 'a store that several instances share'
  const url = URL.parse(String(file?.publicUrl))
  if (!file || url?.protocol !== 'https:' || url.hostname === 'localhost') return undefined
  // The local tenant answers on loopback alone: a tunnel to one machine.
  const hasOwnTenant = intactPlaceholders(file).length < 3
  return hasOwnTenant ? 'an app at an https address, which several instances may serve,' : undefined
}

/** Bytes in a session key: what libsodium's secretbox takes (crypto_secretbox_KEYBYTES). */
const keyBytes = 32

/**
 * Reads `SESSION_KEYS`: comma-separated keys of 32 random bytes, each as 64 hex digits or base64
 * (either alphabet). The first one seals, and all of them open.
 *
 * @returns the keys, and a sentence for each unusable one, by its position
 */
export function parseSessionKeys(text: string): { keys: Buffer[]; problems: string[] } {
  const keys: Buffer[] = []
  const problems: string[] = []
  for (const [index, part] of text.split(',').entries()) {
    const key = decodeKey(part.trim())
    const problem = weakness(key)
    if (problem) problems.push(`key ${index + 1} ${problem}`)
    else keys.push(key)
  }
  return { keys, problems }
}

function decodeKey(text: string): Buffer {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64')
  return Buffer.alloc(0)
}

function weakness(key: Buffer): string | undefined {
  if (key.length !== keyBytes) {
    return `is not ${keyBytes} bytes as base64 or hex; make one with: openssl rand -base64 32`
  }
  // Of random keys, about one in 10^16 has fewer than 16 different bytes.
  if (new Set(key).size < 16) return 'is not random; make one with: openssl rand -base64 32'
  return undefined
}

/**
 * Development only: the key in `<dataDir>/session-key`, which only its owner can read. It is made on
 * first use, so that sessions survive a restart.
 *
 * @throws ConfigError if the folder cannot hold it, or if the file holds no key
 */
function developmentKey(dataDir: string): Buffer {
  const file = join(dataDir, 'session-key')
  try {
    makeKeyFile(file)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const message = `is ${dataDir}, where session-key cannot be written (${code}); name a folder that this user may write`
    throw new ConfigError([{ key: 'DATA_DIR', message }])
  }
  const { content, fault } = readSecretFile(file)
  const key = Buffer.from(content ?? '', 'base64')
  if (fault || weakness(key)) {
    const message = 'holds no session key; delete it, and a new one is made'
    throw new ConfigError([{ key: file, message }])
  }
  return key
}

/** Makes the file with a new key, unless it is there. */
function makeKeyFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, randomBytes(keyBytes).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // On a folder that can only be read, this is EEXIST as long as the file is there.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  chmodSync(file, 0o600)
}

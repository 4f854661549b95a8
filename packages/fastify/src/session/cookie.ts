/** Reads and writes Cookie headers, and seals what cookies hold. */
import secureSession from '@fastify/secure-session'
import { basePathOf } from '@gatehouse/contract/paths'
import { stringifySetCookie } from 'cookie'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import sodium from 'sodium-native'
import { cookieSuffix } from '../base-path.ts'
import { pooledRandomBytes } from '../store/seal.ts'

/** The base name of the session cookie. */
export const sessionCookie = 'session'

export type CookieJar = ReturnType<typeof createCookieJar>

/**
 * The names and attributes of a deployment's cookies: `__Host-` and Secure if it is https, and the port in
 * the name if it is http. Browsers share the cookies of all ports of a host (RFC 6265 §8.5), so two
 * apps on localhost would otherwise sign each other out. The path of the app is in the name for the same reason.
 *
 * @param publicUrl the address that users open; http is for localhost in development only
 */
export function createCookieJar(publicUrl: string) {
  const secure = publicUrl.startsWith('https:')
  // The prefix makes browsers refuse the cookie from a sibling domain or over http (RFC 6265bis §4.1.3.2).
  const port = new URL(publicUrl).port || '80'
  const suffix = cookieSuffix(basePathOf(publicUrl))
  const name = (base: string) => (secure ? `__Host-${base}` : `${base}-${port}`) + suffix
  // Lax, not Strict: the way back from Entra is a navigation that starts on another site.
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const

  function set(reply: FastifyReply, base: string, value: string, maxAge?: number): void {
    const cookie = {
      ...attributes,
      name: name(base),
      value,
      ...(maxAge !== undefined && { maxAge }),
    }
    // A list, because one answer can set several.
    const earlier = reply.getHeader('set-cookie')
    const list = earlier === undefined ? [] : [earlier].flat().map(String)
    reply.removeHeader('set-cookie').header('set-cookie', [...list, stringifySetCookie(cookie)])
  }

  /**
   * The values of a cookie in a Cookie header, each once. On https there is at most one. On http, a program
   * on another port may have set a cookie of the same name for a part of the paths, and browsers then send
   * both; the caller tries which of them is ours.
   */
  function values(header: string | undefined, base: string): readonly string[] {
    const one = readCookie(header, name(base))
    if (one !== undefined) return [one]
    return secure || header === undefined ? [] : readCookieValues(header, name(base))
  }

  return {
    name,
    values,
    /** Whether a Cookie header has the name, with any value. */
    isSent: (header: string | undefined, base: string): boolean =>
      cookieNames(header, name(base)).includes(name(base)),
    set,
    clear: (reply: FastifyReply, base: string): void => set(reply, base, '', 0),
  }
}

/**
 * Writes the session cookie: for as long as the browser is open or, if it is to persist, until the session's
 * absolute end. An extension does not move that, so the cookie is written at sign-in and at a new seal only.
 *
 * @param now milliseconds since the epoch
 */
export function createSessionCookie(
  jar: CookieJar,
  { absoluteMs, persistent }: { absoluteMs: number; persistent: boolean },
  now: () => number,
) {
  return (reply: FastifyReply, value: string, startedAt: number): void => {
    const leftS = Math.floor((startedAt + absoluteMs - now()) / 1000)
    jar.set(reply, sessionCookie, value, persistent ? Math.max(0, leftS) : undefined)
  }
}

/**
 * The value of one cookie. A name that occurs twice counts as absent: an attacker who planted one of the two
 * decides which one the browser sends first (RFC 6265 §5.4).
 *
 * @param header the Cookie header, as it came
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  const at = valueAt(header, name, 0)
  if (at < 0 || valueAt(header, name, at) >= 0) return undefined
  return valueFrom(header, at)
}

/**
 * Opening a value costs 7 µs. Browsers send cookies of longer paths first (RFC 6265 §5.4), so ours, whose
 * path is `/`, are among the last, however many there are.
 */
const maxValues = 8

/** The last values of a name that occurs several times, each once. */
function readCookieValues(header: string, name: string): string[] {
  const values = new Set<string>()
  for (let at = valueAt(header, name, 0); at >= 0; at = valueAt(header, name, at)) {
    values.add(valueFrom(header, at))
  }
  return [...values].slice(-maxValues)
}

function valueFrom(header: string, at: number): string {
  const end = header.indexOf(';', at)
  return (end < 0 ? header.slice(at) : header.slice(at, end)).trim()
}

/**
 * Where the value of `name` begins at or after `from`; -1 if there is none. This runs on every request:
 * splitting the header into pairs takes three times as long, a twentieth of what `/api/me` costs.
 */
function valueAt(header: string, name: string, from: number): number {
  let at = header.indexOf(name, from)
  while (at >= 0) {
    const after = at + name.length
    if (header.charAt(after) === '=' && startsPair(header, at)) return after + 1
    at = header.indexOf(name, after)
  }
  return -1
}

/**
 * Whether a pair begins here: at the start or after a semicolon. A space alone is not enough. Values may
 * hold spaces, so a sibling domain's `a=b __Host-session=…` would pass for the cookie that the prefix keeps
 * it from setting.
 */
function startsPair(header: string, at: number): boolean {
  let before = at - 1
  while (header.charAt(before) === ' ' || header.charAt(before) === '\t') before -= 1
  return before < 0 || header.charAt(before) === ';'
}

/** The names in a Cookie header that start with `prefix`, each once. */
export function cookieNames(header: string | undefined, prefix: string): string[] {
  const names = cookiePairs(header).map(([key]) => key)
  return [...new Set(names.filter((name) => name.startsWith(prefix)))]
}

function cookiePairs(header: string | undefined): [string, string][] {
  if (!header) return []
  return header.split(';').map((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? ['', pair.trim()] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  })
}

/** What a sealed value is for. The seal is not bound to a cookie's name, so the purpose is inside. */
type CookiePurpose =
  | 'session'
  | 'sign-in'
  | 'state'
  | 'sign-in-failure'
  | 'client-state'
  | 'device'
  | 'device-id'
  | 'device-challenge'

export interface Opened {
  content: Record<string, unknown>
  /** Whether another key than the first one sealed it. */
  sealedByOlderKey: boolean
}

/** With the longest cookie name it stays below 4,096 bytes: browsers silently drop a longer cookie (RFC 6265 §6.1). */
const maxSealedLength = 3933
/** Ciphertext and 24-byte nonce in base64url: a fixed alphabet, so that one seal has one spelling. */
const sealedForm = /^[A-Za-z0-9_-]{24,3900}\.[A-Za-z0-9_-]{32}$/

export type SealedCookies = Awaited<ReturnType<typeof createSealedCookies>>

/**
 * Seals values in the form of @fastify/secure-session: authenticated encryption, with key rotation. It takes the
 * plugin's codec without its hooks: they would open every cookie of every request, and write the values back in a
 * form that needs percent-encoding.
 *
 * @param keys 32 bytes each; the first one seals, all of them open
 * @param maxAgeS seconds after which no value opens
 */
export async function createSealedCookies(
  app: FastifyInstance,
  keys: readonly Buffer[],
  maxAgeS: number,
) {
  let [sealingKey] = keys
  let codec = app
  // A scope of its own keeps the plugin's hooks away from our routes.
  await app.register(async (scope) => {
    await scope.register(secureSession, { key: [...keys], expiry: maxAgeS })
    codec = scope
  })
  return {
    /** @returns a function that puts these keys in place of the present ones, at once */
    prepareKeys: async (newKeys: readonly Buffer[]): Promise<() => void> => {
      // The plugin's keys are fixed, and a running app takes no plugin. This app never listens.
      const next = Fastify({ logger: false })
      await next.register(secureSession, { key: [...newKeys], expiry: maxAgeS })
      await next.ready()
      return () => {
        codec = next
        sealingKey = newKeys[0]
      }
    },
    /** @throws Error for more content than a cookie holds, about 2,900 bytes of JSON */
    seal: (purpose: CookiePurpose, content: object): string => {
      const value = encode(purpose, content, sealingKey)
      if (value.length <= maxSealedLength) return value
      throw new Error(`A sealed value of ${value.length} bytes is too long`)
    },
    /** The content of a value that was sealed for `purpose`; undefined for anything else. */
    open: (purpose: CookiePurpose, value: string): Opened | undefined => {
      if (!sealedForm.test(value) || !value.split('.').every(isCanonical)) return undefined
      const session = decode(codec, value.replace('.', ';'))
      const content: Record<string, unknown> = { ...session?.data() }
      if (!session || content['purpose'] !== purpose) return undefined
      return { content, sealedByOlderKey: session.changed }
    },
  }
}

/**
 * What the plugin's `encodeSecureSession` does, by the same library (crypto_secretbox of libsodium), in base64url and
 * with a nonce that was drawn before. Each page of users has a sealed cursor: the plugin's way costs an eighth of it.
 */
function encode(purpose: CookiePurpose, content: object, key: Buffer | undefined): string {
  if (!key) throw new Error('There is no key to seal with')
  const writtenAtS = Math.round(Date.now() / 1000)
  const message = Buffer.from(JSON.stringify({ ...content, purpose, __ts: writtenAtS }))
  const nonce = pooledRandomBytes(sodium.crypto_secretbox_NONCEBYTES)
  const cipher = Buffer.allocUnsafe(message.length + sodium.crypto_secretbox_MACBYTES)
  sodium.crypto_secretbox_easy(cipher, message, nonce, key)
  return `${cipher.toString('base64url')}.${nonce.toString('base64url')}`
}

/** Decoders ignore the spare bits of the last character, so they accept several spellings of one value. */
function isCanonical(base64url: string): boolean {
  return Buffer.from(base64url, 'base64url').toString('base64url') === base64url
}

function decode(codec: FastifyInstance, value: string) {
  try {
    return codec.decodeSecureSession(value) ?? undefined
  } catch {
    return undefined
  }
}

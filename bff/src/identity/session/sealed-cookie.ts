/** Sealed cookie values, by @fastify/secure-session: authenticated encryption, with key rotation. */
import secureSession from '@fastify/secure-session'
import type { FastifyInstance } from 'fastify'

/** What a sealed value is for. The seal is not bound to a cookie's name, so the purpose is inside. */
export type CookiePurpose = 'session' | 'sign-in' | 'kept-by-page'

export interface Opened {
  content: Record<string, unknown>
  /** Whether another key than the first one sealed it. */
  sealedByOlderKey: boolean
}

export interface SealedCookies {
  /** @throws Error for more content than a cookie holds, about 2,900 bytes of JSON */
  seal(purpose: CookiePurpose, content: object): string
  /** What a value sealed for `purpose` holds; undefined for anything else, whatever it is. */
  open(purpose: CookiePurpose, value: string): Opened | undefined
}

/**
 * Ciphertext and 24-byte nonce in base64url: a fixed alphabet, so that one seal has one spelling. With the
 * longest cookie name it stays below 4,096 bytes: browsers drop a longer cookie without a word (RFC 6265 §6.1).
 */
const sealedForm = /^[A-Za-z0-9_-]{24,3900}\.[A-Za-z0-9_-]{32}$/

/**
 * Takes the codec out of secure-session without its hooks: they would open every cookie of every
 * request, and write the values back in a form that needs percent-encoding.
 *
 * @param keys 32 bytes each; the first one seals, all of them open
 * @param maxAgeS seconds after which a value opens no more, whatever it holds
 */
export async function createSealedCookies(
  app: FastifyInstance,
  keys: readonly Buffer[],
  maxAgeS: number,
): Promise<SealedCookies> {
  let codec = app
  // A scope of its own keeps the plugin's hooks away from our routes.
  await app.register(async (scope) => {
    await scope.register(secureSession, { key: [...keys], expiry: maxAgeS })
    codec = scope
  })
  return {
    seal: (purpose, content) => {
      const value = codec
        .encodeSecureSession(codec.createSecureSession({ ...content, purpose }))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '')
        .replace(';', '.')
      if (!sealedForm.test(value))
        throw new Error(`A sealed value of ${value.length} bytes is too long`)
      return value
    },
    open: (purpose, value) => {
      if (!sealedForm.test(value) || !value.split('.').every(isCanonical)) return undefined
      const session = decode(codec, value.replace('.', ';'))
      const content: Record<string, unknown> = { ...session?.data() }
      if (!session || content['purpose'] !== purpose) return undefined
      return { content, sealedByOlderKey: session.changed }
    },
  }
}

/** Decoders ignore the spare bits of the last character, and so take several spellings of one value. */
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

/**
 * One attempt to sign in. It is made at the start, checked at the callback, and consumed on every outcome.
 * It has two parts: the transaction, sealed into a cookie of this browser, and the `state` parameter,
 * which comes back from Entra even if the cookie does not.
 */
import { createHash, randomInt } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { timingSafeEqualText } from '../../entra/index.ts'
import type { CookieJar, SealedCookies } from '../../session/cookie.ts'
import { deriveKey, pooledRandomBytes } from '../../store/seal.ts'

/** The secret part. Only the browser that started the sign-in has it. */
export interface Transaction {
  /** The sealed state holds it too. */
  id: string
  nonce: string
  verifier: string
  /** The claims request that it started with, JSON. */
  claims?: string
  /** The permissions that the user is asked for beside the configured ones. */
  scopes?: readonly string[]
  /** This app started it because Entra wanted a stronger proof than the first attempt gave. */
  isStepUpRetry?: true
  /** The attempt of this browser that was consumed, and whose answer did not arrive. */
  replaces?: string
  /** Milliseconds since the epoch. */
  issuedAt: number
}

/** One that a browser has sent. */
export interface OwnTransaction extends Transaction {
  /** The name of its cookie, without the prefix. */
  cookie: string
}

/**
 * The part that travels through Entra. This app sealed it, so its content is true, but any browser may
 * present it: it says where to go, and is no proof of who started the sign-in.
 */
export interface SignInState {
  id: string
  returnTo: string
  /** The sign-in began by itself, because the cookie of the first attempt did not come back. */
  isRestart?: true
  /** Microsoft shows no page, so the user has to see none of ours: any failure leads to `returnTo`. */
  isSilent?: true
  issuedAt: number
}

/** Long enough to find a password and a phone. A callback that comes later is an old link. */
export const transactionMs = 10 * 60_000
/**
 * The cookies of attempts have fixed names, so there are never more, also if forty tabs start at once and
 * none sees the cookies of the others. A tab whose cookie was replaced begins once more, or finds the
 * user signed in.
 */
const slots = ['sign-in-1', 'sign-in-2', 'sign-in-3'] as const

/** What `start` is given. */
interface TransactionOptions {
  returnTo: string
  claims?: string | undefined
  scopes?: readonly string[] | undefined
  isStepUpRetry?: true | undefined
  isRestart?: true | undefined
  replaces?: string | undefined
  isSilent?: true | undefined
}

/** The attempts of all browsers. They are kept by the browsers alone. */
export class Transactions {
  readonly #cookies: SealedCookies
  readonly #jar: CookieJar
  readonly #now: () => number

  /** @param now milliseconds since the epoch */
  constructor(cookies: SealedCookies, jar: CookieJar, now: () => number) {
    this.#cookies = cookies
    this.#jar = jar
    this.#now = now
  }

  /** Makes an attempt and sets its cookie. If the browser has three already, the oldest goes. */
  start(
    request: FastifyRequest,
    reply: FastifyReply,
    options: TransactionOptions,
  ): { transaction: Transaction; state: string } {
    const { returnTo, claims, scopes = [], isStepUpRetry, isRestart, isSilent, replaces } = options
    const id = random()
    const issuedAt = this.#now()
    const transaction: Transaction = {
      id,
      nonce: random(),
      verifier: random(),
      ...(claims && { claims }),
      ...(fits(scopes) && { scopes }),
      ...(isStepUpRetry && { isStepUpRetry }),
      ...(replaces && { replaces }),
      issuedAt,
    }
    const state: SignInState = {
      id,
      returnTo,
      ...(isRestart && { isRestart }),
      ...(isSilent && { isSilent }),
      issuedAt,
    }
    const value = this.#cookies.seal('sign-in', transaction)
    this.#jar.set(reply, this.#chooseSlot(request), value, transactionMs / 1000)
    return { transaction, state: this.#cookies.seal('state', state) }
  }

  /**
   * What a state parameter holds, of whatever age, so that an old one still leads to its page; see
   * `isCurrent`. Undefined if this app did not seal it.
   */
  openState(state: string | undefined): SignInState | undefined {
    const content = state === undefined ? undefined : this.#cookies.open('state', state)?.content
    return content && isState(content) ? content : undefined
  }

  /** Whether an attempt that began then may still be finished, by this server's clock. */
  isCurrent({ issuedAt }: { issuedAt: number }): boolean {
    return Math.abs(this.#now() - issuedAt) < transactionMs
  }

  /** This browser's transaction of that attempt, while it is valid. */
  find(request: FastifyRequest, { id }: SignInState): OwnTransaction | undefined {
    for (const cookie of slots) {
      const found = this.#read(request, cookie).find((one) => timingSafeEqualText(one.id, id))
      if (found) return { ...found, cookie }
    }
    return undefined
  }

  /** The other valid attempts of this browser: their callbacks may arrive in the same moment. */
  othersThan(request: FastifyRequest, { cookie }: OwnTransaction): Transaction[] {
    return slots.flatMap((base) => (base === cookie ? [] : this.#read(request, base)))
  }

  clear(reply: FastifyReply, { cookie }: OwnTransaction): void {
    this.#jar.clear(reply, cookie)
  }

  /** Whether a browser sends any cookie of an attempt. */
  hasCookie(request: FastifyRequest): boolean {
    return slots.some((base) => this.#sends(request, base))
  }

  /** The key by which the store knows that a transaction was consumed. */
  consumedKey({ id }: Transaction): string {
    return `sign-in:${sha256(id)}`
  }

  #sends({ headers: { cookie } }: FastifyRequest, base: string): boolean {
    return this.#jar.isSent(cookie, base)
  }

  /** The valid transactions under a name: one, unless another program has set cookies of that name. */
  #read({ headers: { cookie } }: FastifyRequest, base: string): Transaction[] {
    return this.#jar.values(cookie, base).flatMap((value) => {
      const content = this.#cookies.open('sign-in', value)?.content
      return content && isTransaction(content) && this.isCurrent(content) ? [content] : []
    })
  }

  /** A random one of those that are free, because tabs that start at once see the same ones free. */
  #chooseSlot(request: FastifyRequest): string {
    const taken = slots.map((base) => ({
      base,
      issuedAt: Math.max(0, ...this.#read(request, base).map(({ issuedAt }) => issuedAt)),
    }))
    // A name that is sent and opens nothing may be planted for a part of the site, and then it stays.
    const absent = taken.filter(({ base }) => !this.#sends(request, base))
    const free = absent.length > 0 ? absent : taken.filter(({ issuedAt }) => issuedAt === 0)
    const [oldest] = taken.toSorted((a, b) => a.issuedAt - b.issuedAt)
    return (free[randomInt(Math.max(free.length, 1))] ?? oldest)?.base ?? slots[0]
  }
}

/**
 * The key of the session that an attempt makes. It follows from the attempt's id, which only this server
 * can read, so that a session whose cookie did not arrive can be ended by the attempt that replaces it.
 */
export function sessionKeyOf(attemptId: string): Buffer {
  return deriveKey(Buffer.from(attemptId, 'base64url'), 'session of a sign-in')
}

/** 256 bits: an id, nonce or verifier cannot be guessed, and does not come twice. */
function random(): string {
  return pooledRandomBytes(32).toString('base64url')
}

/** S256, RFC 7636 §4.2. */
export function codeChallenge(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** A longer list would not fit into the cookie. Its token is then requested by the first call. */
function fits(scopes: readonly string[]): boolean {
  return scopes.length > 0 && scopes.join(' ').length <= 500
}

function isTransaction(
  content: Record<string, unknown>,
): content is Record<string, unknown> & Transaction {
  const texts = ['id', 'nonce', 'verifier'] as const
  return hasTexts(content, texts) && typeof content['issuedAt'] === 'number'
}

function isState(
  content: Record<string, unknown>,
): content is Record<string, unknown> & SignInState {
  return hasTexts(content, ['id', 'returnTo']) && typeof content['issuedAt'] === 'number'
}

function hasTexts(content: Record<string, unknown>, keys: readonly string[]): boolean {
  return keys.every((key) => typeof content[key] === 'string')
}

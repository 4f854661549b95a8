/** One attempt to sign in, as one value: made, sealed into a cookie of its own, checked, and spent on every outcome. */
import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CookieJar, cookieNames, readCookie, type SealedCookies } from '../session/cookie.ts'

export interface Transaction {
  state: string
  nonce: string
  verifier: string
  returnTo: string
  /** The claims request that it began with, JSON. */
  claims?: string
  /** It is the second one, begun by itself because Entra wanted more. */
  again?: true
  /** Milliseconds since the epoch. */
  issuedAt: number
}

/** Long enough to find a password and a phone; after that a callback is somebody's old link. */
export const transactionMs = 10 * 60_000
/** Tabs that sign in at once. More would only fill the browser's Cookie header. */
const maxAtOnce = 3
const prefix = 'sign-in-'

export interface Transactions {
  /** Makes a transaction and hands its cookie to the browser; the oldest of four goes. */
  begin(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: {
      returnTo: string
      claims?: string | undefined
      again?: true | undefined
    },
  ): Transaction
  /** The transaction that this browser began with `state`, while it is valid. */
  find(request: FastifyRequest, state: string): Transaction | undefined
  clear(reply: FastifyReply, state: string): void
  /** Under what a transaction is marked as spent in the store. */
  spentKey(transaction: Transaction): string
}

export function createTransactions(
  cookies: SealedCookies,
  jar: CookieJar,
  now: () => number,
): Transactions {
  function open(value: string | undefined): Transaction | undefined {
    const content = value === undefined ? undefined : cookies.open('sign-in', value)?.content
    if (!content || !isTransaction(content)) return undefined
    const age = now() - content.issuedAt
    return age < transactionMs && age > -transactionMs ? content : undefined
  }

  /** Clears what is stale, and the oldest of what is left, until one more fits. */
  function makeRoom(request: FastifyRequest, reply: FastifyReply): void {
    const header = request.headers.cookie
    const begun = cookieNames(header, jar.name(prefix)).map((name) => ({
      base: name.slice(jar.name('').length),
      issuedAt: open(readCookie(header, name))?.issuedAt ?? 0,
    }))
    const newestFirst = begun.toSorted((a, b) => b.issuedAt - a.issuedAt)
    for (const [index, { base, issuedAt }] of newestFirst.entries()) {
      if (issuedAt === 0 || index >= maxAtOnce - 1) jar.clear(reply, base)
    }
  }

  return {
    begin: (request, reply, { returnTo, claims, again }) => {
      makeRoom(request, reply)
      const transaction: Transaction = {
        state: `${random()}.${Math.floor(now() / 1000).toString(36)}`,
        nonce: random(),
        verifier: random(),
        returnTo,
        ...(claims && { claims }),
        ...(again && { again }),
        issuedAt: now(),
      }
      const value = cookies.seal('sign-in', transaction)
      jar.set(reply, cookieBase(transaction.state), value, transactionMs / 1000)
      return transaction
    },
    find: (request, state) => open(readCookie(request.headers.cookie, jar.name(cookieBase(state)))),
    clear: (reply, state) => jar.clear(reply, cookieBase(state)),
    spentKey: ({ state }) => `sign-in:${sha256(state)}`,
  }
}

/** 256 bits: no state, nonce or verifier can be guessed or met twice. */
function random(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * When a state was made, ms since the epoch; undefined for what is no state of ours. It is not
 * protected: it chooses the words on a page, nothing else.
 */
export function stateMadeAt(state: string): number | undefined {
  const seconds = /^[\w-]{43}\.([0-9a-z]{6,8})$/.exec(state)?.[1]
  return seconds === undefined ? undefined : Number.parseInt(seconds, 36) * 1000
}

/** S256, RFC 7636 §4.2. */
export function codeChallenge(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** The name tells the attempts of several tabs apart, and nothing about the state. */
function cookieBase(state: string): string {
  return `${prefix}${sha256(state).slice(0, 16)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function isTransaction(
  content: Record<string, unknown>,
): content is Record<string, unknown> & Transaction {
  const texts = ['state', 'nonce', 'verifier', 'returnTo'] as const
  return (
    texts.every((key) => typeof content[key] === 'string') &&
    typeof content['issuedAt'] === 'number'
  )
}

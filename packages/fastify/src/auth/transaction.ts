/**
 * One attempt to sign in, as one value. It is made at the start, sealed into a cookie of its own, checked
 * at the callback, and consumed on every outcome.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type CookieJar, cookieNames, readCookie, type SealedCookies } from '../session/cookie.ts'

export interface Transaction {
  state: string
  nonce: string
  verifier: string
  returnTo: string
  /** The claims request that it started with, JSON. */
  claims?: string
  /** This app started it because Entra wanted a stronger proof than the first attempt gave. */
  isStepUpRetry?: true
  /** Microsoft shows no page, so the user has to see none of ours: any failure leads to `returnTo`. */
  isSilent?: true
  /** Milliseconds since the epoch. */
  issuedAt: number
}

/** Long enough to find a password and a phone. A callback that comes later is an old link. */
export const transactionMs = 10 * 60_000
/** Tabs that sign in at the same time. More would only fill the browser's Cookie header. */
const maxConcurrent = 3
const prefix = 'sign-in-'

/** What `start` is given. */
interface TransactionOptions {
  returnTo: string
  claims?: string | undefined
  isStepUpRetry?: true | undefined
  isSilent?: true | undefined
}

export function createTransactions(cookies: SealedCookies, jar: CookieJar, now: () => number) {
  function open(value: string | undefined): Transaction | undefined {
    const content = value === undefined ? undefined : cookies.open('sign-in', value)?.content
    if (!content || !isTransaction(content)) return undefined
    const age = now() - content.issuedAt
    return age < transactionMs && age > -transactionMs ? content : undefined
  }

  /** Clears invalid transactions, and the oldest of the valid ones, until one more fits. */
  function makeRoom(request: FastifyRequest, reply: FastifyReply): void {
    const header = request.headers.cookie
    const started = cookieNames(header, jar.name(prefix)).map((name) => ({
      base: name.slice(jar.name('').length),
      issuedAt: open(readCookie(header, name))?.issuedAt ?? 0,
    }))
    const newestFirst = started.toSorted((a, b) => b.issuedAt - a.issuedAt)
    for (const [index, { base, issuedAt }] of newestFirst.entries()) {
      if (issuedAt === 0 || index >= maxConcurrent - 1) jar.clear(reply, base)
    }
  }

  return {
    /** Makes a transaction and sets its cookie. If the browser has three already, the oldest goes. */
    start: (
      request: FastifyRequest,
      reply: FastifyReply,
      { returnTo, claims, isStepUpRetry, isSilent }: TransactionOptions,
    ): Transaction => {
      makeRoom(request, reply)
      const transaction: Transaction = {
        state: `${random()}.${Math.floor(now() / 1000).toString(36)}`,
        nonce: random(),
        verifier: random(),
        returnTo,
        ...(claims && { claims }),
        ...(isStepUpRetry && { isStepUpRetry }),
        ...(isSilent && { isSilent }),
        issuedAt: now(),
      }
      const value = cookies.seal('sign-in', transaction)
      jar.set(reply, cookieBase(transaction.state), value, transactionMs / 1000)
      return transaction
    },

    /** The transaction that this browser started with `state`, while it is valid. */
    find: (request: FastifyRequest, state: string): Transaction | undefined =>
      open(readCookie(request.headers.cookie, jar.name(cookieBase(state)))),

    clear: (reply: FastifyReply, state: string): void => jar.clear(reply, cookieBase(state)),

    /** The key by which the store knows that a transaction was consumed. */
    consumedKey: ({ state }: Transaction): string => `sign-in:${sha256(state)}`,
  }
}

/** 256 bits: a state, nonce or verifier cannot be guessed, and does not come twice. */
function random(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * When a state was made, ms since the epoch; undefined if it is not of our form. It is not protected: it
 * chooses the words on a page, nothing else.
 */
export function stateMadeAt(state: string): number | undefined {
  const seconds = /^[\w-]{43}\.([0-9a-z]{6,8})$/.exec(state)?.[1]
  return seconds === undefined ? undefined : Number.parseInt(seconds, 36) * 1000
}

/** S256, RFC 7636 §4.2. */
export function codeChallenge(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** The name distinguishes the attempts of several tabs, and reveals nothing about the state. */
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

/**
 * Sessions that are bound to a key of their device (W3C Device Bound Session Credentials). The record keeps the key's
 * thumbprint. What the browser holds beside the session cookie is sealed and means nothing without it: a
 * short-lived cookie that says when the key was last proven, challenges, and the name of the session for refreshes.
 */
import { createHash, randomBytes } from 'node:crypto'
import { auth } from '@gatehouse/contract/paths'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { publicAddress } from '../base-path.ts'
import type { Config } from '../config/index.ts'
import { newRateWindow, type RateWindow, retryAfterSeconds } from '../rate-window.ts'
import type { Session } from '../session/cache.ts'
import type { CookieJar, SealedCookies } from '../session/cookie.ts'
import type { BoundKey } from '../session/record.ts'
import type { OneTimeKeys } from '../store/store.ts'
import { challengeHeader, type HeaderValue, registrationHeader } from './headers.ts'
import { type DeviceKey, DeviceProofError, readRefreshProof } from './proof.ts'

/** The base name of the cookie that says when the key was proven. */
const deviceCookie = 'device'

/** After its start a session can be bound for so long, ms: the first page does it within a second. */
const registrationMs = 10 * 60_000
/** A browser answers each offer with a new key and a signature, of which it makes six in nine minutes. */
const maxOffersPerMinute = 3
/**
 * Refreshes of one session: a browser makes six proofs in nine minutes, and asks again for the requests that wait while it
 * has none. Each proof is an entry in the store for ten minutes.
 */
const maxRefreshesPerMinute = 60
/** Sessions whose refreshes are counted, about 200 bytes each. The one that was unseen for longest is dropped. */
const maxCounted = 20_000
/** Where sessions have to be bound, one that is not may make requests for so long, ms: the page is binding it. */
const unboundMs = 60_000
/** A challenge is answered at once, or by the next refresh, which is due before the proof ends, ms. */
const challengeMs = 5 * 60_000
/** How far the clocks of two instances may differ, ms. */
const maxClockDifferenceMs = 60_000
/**
 * For so long after this process has started, or after its store failed to answer a refresh of the session, a session
 * that was bound before needs no proof, ms: its browser could not give one, and waits before it tries again. A start
 * excuses no browser that has shown a proof since.
 */
const graceMs = 60_000
/** Sessions whose refresh met a store that does not answer, about 150 bytes each. The one of longest ago goes. */
const maxFailed = 20_000

/** Whether a request may see its session: `missing` is about this request, `unsupported` about its browser. */
export type DeviceProof = 'given' | 'missing' | 'unsupported'

/** A bound session, as its name for refreshes says. */
export interface BoundSession {
  /** The sealed name, `session_identifier`: the browser keeps it. It is no secret, and opens nothing. */
  name: string
  /** The id of the session's record. */
  id: string
  key: DeviceKey
}

interface Challenge {
  session: string
  use: 'registration' | 'refresh'
  /** What the proof of a registration has to repeat beside the challenge. */
  authorization: string
  /** When it was made, ms since the epoch. */
  at: number
}

interface DeviceBindingOptions {
  settings: Pick<Config['session'], 'deviceBound' | 'deviceProofMs'>
  cookies: SealedCookies
  jar: CookieJar
  oneTimeKeys: OneTimeKeys
  /** The path of `publicUrl`; empty without one. */
  basePath: string
  /** Milliseconds since the epoch. */
  now: () => number
}

export class DeviceBinding {
  readonly isOffered: boolean
  readonly #options: DeviceBindingOptions
  readonly #startedAt: number
  /** By the id of a session, ms since the epoch. */
  readonly #storeFailedAt = new LRUCache<string, number>({ max: maxFailed })
  readonly #refreshes = new LRUCache<string, RateWindow>({ max: maxCounted })

  constructor(options: DeviceBindingOptions) {
    this.#options = options
    this.#startedAt = options.now()
    this.isOffered = options.settings.deviceBound !== 'off'
  }

  /** Whether a request proves the device of its session, as far as that is bound. Costs a microsecond. */
  proofOf(request: FastifyRequest, session: Session): DeviceProof {
    const { boundKey } = session
    if (!this.isOffered) return 'given'
    const at = this.#options.now()
    if (boundKey) {
      return this.#isProven(request, session, boundKey, at) || this.#hasGrace(session, boundKey, at)
        ? 'given'
        : 'missing'
    }
    const isRequired = this.#options.settings.deviceBound === 'required'
    return isRequired && at - session.startedAt >= unboundMs ? 'unsupported' : 'given'
  }

  /** Whether a session can be bound now: it is not, and has just begun. */
  isBindable({ boundKey, startedAt }: Session): boolean {
    const age = Math.abs(this.#options.now() - startedAt)
    return this.isOffered && boundKey === undefined && age < registrationMs
  }

  /** The value of `Secure-Session-Registration`; undefined after too many of them, which the browser has not taken. */
  offerTo(session: Session): string | undefined {
    session.offers ??= newRateWindow()
    if (retryAfterSeconds(session.offers, maxOffersPerMinute, this.#options.now()) > 0) {
      return undefined
    }
    const authorization = randomBytes(16).toString('base64url')
    const challenge = this.#seal(session.secrets.id, 'registration', authorization)
    const path = publicAddress(this.#options.basePath, auth.device)
    return registrationHeader({ path, challenge, authorization })
  }

  /** The value of `Secure-Session-Challenge` for a refresh. */
  challengeTo({ id, name }: BoundSession): string {
    return challengeHeader({ challenge: this.#seal(id, 'refresh', ''), id: name })
  }

  /** Whether a challenge was made for that session and use, lately, and if so with which authorization. */
  openChallenge(
    text: string,
    expected: Pick<Challenge, 'session' | 'use'>,
  ): { authorization: string } | undefined {
    const content = this.#options.cookies.open('device-challenge', text)?.content
    if (!content || !isChallenge(content)) return undefined
    const { session, use, authorization, at } = content
    if (session !== expected.session || use !== expected.use) return undefined
    // One that came with a proof is answered when that proof is about to end.
    const lifetimeMs = use === 'refresh' ? challengeMs + this.#proofMs : challengeMs
    const age = this.#options.now() - at
    return age < lifetimeMs && age > -maxClockDifferenceMs ? { authorization } : undefined
  }

  /** @returns false if the challenge was answered before, here or elsewhere. @throws StoreError */
  consume(challenge: string): Promise<boolean> {
    const key = createHash('sha256').update(challenge).digest('base64url')
    return this.#options.oneTimeKeys.consume(
      `device:${key}`,
      challengeMs + this.#proofMs + maxClockDifferenceMs,
    )
  }

  /** The session of a name in `Sec-Secure-Session-Id`; undefined if this app did not seal it. */
  sessionNamed(name: string): BoundSession | undefined {
    const { id, x, y } = this.#options.cookies.open('device-id', name)?.content ?? {}
    if (typeof id !== 'string' || typeof x !== 'string' || typeof y !== 'string') return undefined
    return { name, id, key: { kty: 'EC', crv: 'P-256', x, y } }
  }

  /**
   * Counts a refresh. Those without the session's cookie have a count of their own, so that somebody who knows its name
   * alone does not keep its browser from refreshing.
   *
   * @returns seconds until the next one is taken; 0 if this one is
   */
  refreshWaitS({ id }: BoundSession, hasCookie: boolean): number {
    const key = `${id} ${hasCookie}`
    const window = this.#refreshes.get(key) ?? newRateWindow()
    this.#refreshes.set(key, window)
    return retryAfterSeconds(window, maxRefreshesPerMinute, this.#options.now())
  }

  /**
   * What is wrong with the proof of a refresh. Its challenge is used up by its key, and by any other that comes with the
   * session's cookie. Strangers use up none: each would be an entry in the store.
   *
   * @param header `Secure-Session-Response`
   * @param hasCookie whether the session's cookie came along
   * @returns undefined for a proof that counts. `another_key`: one with the cookie, in answer to a live challenge, so who
   * sends it has what only this browser was given, and not its key. @throws StoreError
   */
  async whyNotProven(
    header: HeaderValue,
    bound: BoundSession,
    hasCookie: boolean,
  ): Promise<string | undefined> {
    const expected = { session: bound.id, use: 'refresh' } as const
    const isLive = (challenge: string) => this.openChallenge(challenge, expected) !== undefined
    try {
      const { challenge } = await readRefreshProof(header, bound.key, isLive)
      return (await this.consume(challenge)) ? undefined : 'used_challenge'
    } catch (error) {
      if (!(error instanceof DeviceProofError)) throw error
      const { reason, challenge } = error
      if (challenge === undefined || !hasCookie) return reason
      return (await this.consume(challenge)) ? 'another_key' : reason
    }
  }

  /** Sets the cookie that says that the key was proven now. */
  setProof(reply: FastifyReply, id: string, thumbprint: string): void {
    const { cookies, jar, now } = this.#options
    const value = cookies.seal('device', { session: id, key: thumbprint, at: now() })
    jar.set(reply, deviceCookie, value, Math.floor(this.#proofMs / 1000))
  }

  /**
   * Takes a proof from a browser that does not count: of an earlier session, or too old by this server's clock and not
   * by the browser's. Without a proof a browser gives another one, and a refusal alone does not move it to.
   */
  clearProof(request: FastifyRequest, reply: FastifyReply): void {
    const { jar } = this.#options
    if (jar.isSent(request.headers.cookie, deviceCookie)) jar.clear(reply, deviceCookie)
  }

  /** What the browser has to know of a session that it has registered: the draft's "session instructions". */
  instructionsFor(id: string, { x, y }: DeviceKey) {
    const { basePath, cookies, jar } = this.#options
    return {
      session_identifier: cookies.seal('device-id', { id, x, y }),
      refresh_url: publicAddress(basePath, auth.deviceRefresh),
      scope: { include_site: false, scope_specification: scopeUnder(basePath) },
      credentials: [
        {
          type: 'cookie',
          name: jar.name(deviceCookie),
          attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax',
        },
      ],
    }
  }

  /**
   * A refresh met a store that does not answer: its browser cannot give a proof, and is not to blame. A thief with the
   * cookie alone does not know the name that a refresh has to give, so no failure counts for them.
   */
  noteStoreFailure({ id }: BoundSession): void {
    this.#storeFailedAt.set(id, this.#options.now())
  }

  get #proofMs(): number {
    return this.#options.settings.deviceProofMs
  }

  #isProven(request: FastifyRequest, session: Session, key: BoundKey, now: number): boolean {
    const { cookies, jar } = this.#options
    return jar.values(request.headers.cookie, deviceCookie).some((value) => {
      if (session.proof?.cookie !== value) {
        const content = cookies.open('device', value)?.content
        if (!content || content['session'] !== session.secrets.id) return false
        if (content['key'] !== key.thumbprint || typeof content['at'] !== 'number') return false
        session.proof = { cookie: value, at: content['at'] }
      }
      const age = now - session.proof.at
      return age < this.#proofMs && age >= -maxClockDifferenceMs
    })
  }

  #hasGrace({ secrets, proof }: Session, key: BoundKey, at: number): boolean {
    const startedAt = proof ? -Infinity : this.#startedAt
    const failedAt = this.#storeFailedAt.get(secrets.id) ?? -Infinity
    return [startedAt, failedAt].some(
      (since) => key.at < since && at >= since && at - since < graceMs,
    )
  }

  #seal(session: string, use: Challenge['use'], authorization: string): string {
    const challenge: Challenge = { session, use, authorization, at: this.#options.now() }
    return this.#options.cookies.seal('device-challenge', challenge)
  }
}

/** Which requests wait for a proof: all of this app but those for its files. The last rule that fits counts. */
function scopeUnder(basePath: string) {
  const rules = [
    ['exclude', `${basePath}/assets`],
    ...(basePath === ''
      ? []
      : [
          ['include', basePath],
          ['exclude', '/'],
        ]),
  ].toReversed()
  return rules.map(([type, path]) => ({ type, domain: '*', path }))
}

function isChallenge(
  content: Record<string, unknown>,
): content is Record<string, unknown> & Challenge {
  return (
    ['session', 'use', 'authorization'].every((key) => typeof content[key] === 'string') &&
    typeof content['at'] === 'number'
  )
}

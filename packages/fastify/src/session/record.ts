/** What a session consists of, and when it ends. The store keeps the record sealed. */
import { inflateRawSync } from 'node:zlib'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Claims } from '@gatehouse/contract/claims'
import { displayName } from '@gatehouse/contract/display-name'
import type { VerifiedClaims } from '../entra/index.ts'

const Moment = Type.Number()

/** What the next sign-in has to ask the user for; see `challenges.ts`. */
const ChallengeSchema = Type.Object({
  id: Type.String(),
  reason: Type.Union([
    Type.Literal('consent'),
    Type.Literal('step_up'),
    Type.Literal('session_expired'),
  ]),
  claims: Type.Optional(Type.String()),
  scopes: Type.Optional(Type.Array(Type.String())),
  /** With `consent`: only an administrator can give it. */
  adminConsent: Type.Optional(Type.Literal(true)),
})

export type Challenge = Static<typeof ChallengeSchema>

/** The last request for a token of certain scopes; see `token-set.ts`. */
const TokenRequestSchema = Type.Object({
  /** Which scopes, as `scopeKey` names them. */
  key: Type.String(),
  at: Moment,
  /** When the last request after an API's rejection was made. */
  forcedAt: Type.Optional(Moment),
  /** Entra is not asked again before this. */
  notBefore: Moment,
  /** What the API's rejection asked Entra for, as `claimsKey` names it. */
  claims: Type.Optional(Type.String()),
  /** Microsoft said when to come back. */
  throttled: Type.Optional(Type.Literal(true)),
  /** How it failed. Without a reason and not misconfigured, there was no usable answer. */
  failure: Type.Optional(
    Type.Object({
      reason: Type.Optional(ChallengeSchema.properties.reason),
      claims: Type.Optional(Type.String()),
      scopes: Type.Optional(Type.Array(Type.String())),
      adminConsent: ChallengeSchema.properties.adminConsent,
      /** Entra refuses these scopes to everyone. */
      misconfigured: Type.Optional(Type.Literal(true)),
    }),
  ),
})

export type TokenRequest = Static<typeof TokenRequestSchema>
export type TokenFailure = NonNullable<TokenRequest['failure']>

const SessionRecordSchema = Type.Object({
  claims: Type.Record(Type.String(), Type.Unknown()),
  checks: Claims.properties.checks,
  receivedAt: Moment,
  tokens: Type.Array(
    Type.Object({
      scopes: Type.Array(Type.String()),
      accessToken: Type.String(),
      expiresAt: Moment,
    }),
  ),
  refreshToken: Type.Optional(Type.String()),
  challenges: Type.Optional(Type.Array(ChallengeSchema)),
  tokenRequests: Type.Optional(Type.Array(TokenRequestSchema)),
  /** The session keys by which it can be found (`LookupKeys.keyIds`), and until when. */
  indexed: Type.Optional(Type.Object({ keyIds: Type.Array(Type.String()), until: Moment })),
  /**
   * Ids of sessions that this browser may have started in the same moment, in other tabs. It keeps the cookie of one;
   * the one that it uses ends the others.
   */
  supersedes: Type.Optional(Type.Array(Type.String())),
  startedAt: Moment,
  seenAt: Moment,
  device: Type.String(),
  /** The IP address of the sign-in, if it is known. */
  address: Type.Optional(Type.String()),
  /** The key of the device to which the session is bound, once and for all; see `device/`. */
  boundKey: Type.Optional(Type.Object({ thumbprint: Type.String(), at: Moment })),
})

type RecordShape = Static<typeof SessionRecordSchema>

/** Times are milliseconds since the epoch. */
export interface SessionRecord extends Omit<RecordShape, 'claims'> {
  claims: VerifiedClaims
}

export type GrantedToken = SessionRecord['tokens'][number]
/** The thumbprint is that of RFC 7638. */
export type BoundKey = NonNullable<SessionRecord['boundKey']>

const validator = Compile(SessionRecordSchema)

/** Characters of JSON; more than any record. */
const maxRecordLength = 512 * 1024

/** The first byte of a packed record. No deflated one begins like it: that type of block is reserved (RFC 1951 §3.2.3). */
const packedFormat = 0x07

/** What tokens consist of. Four characters are three bytes. */
const base64url = /[\w-]{32,}/g

/** Stands on both sides of the length of a packed part. JSON has no such character: it escapes it (RFC 8259 §7). */
const mark = '\u0001'

/**
 * The JSON, with what is in base64url as bytes, which gives a quarter of a token back, as a compression does. A stream of zlib
 * remains until the whole heap is collected: with one for each record, a sign-in took a third more (decision 54).
 */
export function serialiseRecord(record: SessionRecord): Buffer {
  const parts: string[] = []
  const json = JSON.stringify(record).replaceAll(base64url, (run) => {
    const length = run.length - (run.length % 4)
    parts.push(run.slice(0, length))
    return `${mark}${length}${mark}${run.slice(length)}`
  })
  const rest = Buffer.from(json)
  const header = Buffer.alloc(headerBytes, packedFormat)
  header.writeUInt32LE(rest.length, 1)
  return Buffer.concat([header, rest, Buffer.from(parts.join(''), 'base64url')])
}

/** The format, and how many bytes the JSON has. */
const headerBytes = 5

/** Reads a record back; undefined if it has another shape, which means no session. */
export function parseRecord(bytes: Buffer): SessionRecord | undefined {
  try {
    const json = bytes[0] === packedFormat ? unpack(bytes) : inflate(bytes)
    if (json.length > maxRecordLength) return undefined
    const value: unknown = JSON.parse(json)
    return validator.Check(value) ? (value as SessionRecord) : undefined
  } catch {
    return undefined
  }
}

function unpack(bytes: Buffer): string {
  const end = headerBytes + bytes.readUInt32LE(1)
  const packed = bytes.toString('base64url', end)
  let at = 0
  const texts = bytes.toString('utf8', headerBytes, end).split(mark)
  // Each second one is the length of what goes there.
  const parts = texts.map((part, index) =>
    index % 2 === 0 ? part : packed.slice(at, (at += Number(part))),
  )
  if (at !== packed.length) throw new Error('A record has another length than it says')
  return parts.join('')
}

/** A record as servers stored it before they packed it. */
function inflate(bytes: Buffer): string {
  return inflateRawSync(bytes, { maxOutputLength: maxRecordLength }).toString('utf8')
}

/** The user, in this product's own terms. The key is tenant and object id, never a name. */
export interface User {
  name: string
  username: string
  objectId: string
  tenantId: string
  roles: string[]
  /** The ID token says that the user is a guest of this tenant (`acct`). False if it does not say. */
  guest: boolean
  /** Authentication contexts that the sign-in satisfied, such as `c1`; the claim `acrs`. */
  authenticationContexts: string[]
}

/** What a user is found by. */
export type UserKey = Pick<User, 'tenantId' | 'objectId'>

export function userKeyIn({ tid, oid }: VerifiedClaims): UserKey {
  return { tenantId: tid, objectId: oid }
}

export function userOf(claims: VerifiedClaims): User {
  const username = text(claims['preferred_username'])
  return {
    name: displayName(text(claims['name']), username),
    username,
    ...userKeyIn(claims),
    roles: strings(claims['roles']),
    guest: claims['acct'] === 1,
    authenticationContexts: strings(claims['acrs']),
  }
}

/** No list of methods is longer, and no name. Entra's own have up to nine letters. */
const methodPattern = /^[a-z0-9_-]{1,20}$/i
const maxMethods = 8

/**
 * How the user proved who they are, if Entra says so: the claim `amr`, such as `pwd` and `mfa`.
 *
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export function methodsOf(claims: VerifiedClaims): string[] {
  return strings(claims['amr'])
    .filter((method) => methodPattern.test(method))
    .slice(0, maxMethods)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** How long sessions last, milliseconds. Checked on the server, against times inside the sealed record. */
export interface Lifetimes {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Moments in milliseconds since the epoch. */
interface SessionTimes {
  startedAt: number
  /** The last request that counts as activity, as far as it is known. */
  seenAt: number
}

/** The longest time between two writes of activity: a write per request would cost more than the request. */
const maxTouchEveryMs = 60_000

/**
 * How often activity is written at most: a minute, and a thirtieth of a short idle time. A longer pause would
 * sign users out who are active.
 */
export function touchEveryMs({ idleMs }: Lifetimes): number {
  return Math.min(maxTouchEveryMs, idleMs / 30)
}

export function absoluteEnd(times: SessionTimes, { absoluteMs }: Lifetimes): number {
  return times.startedAt + absoluteMs
}

/** When the session ends if there is no activity until then. */
export function sessionEnd(times: SessionTimes, lifetimes: Lifetimes): number {
  return Math.min(times.seenAt + lifetimes.idleMs, absoluteEnd(times, lifetimes))
}

/**
 * How long the store keeps a record. Activity since the last write is known to the process that saw it, and
 * may give the session as much longer.
 */
export function storedUntil(times: SessionTimes, lifetimes: Lifetimes): number {
  const end = times.seenAt + lifetimes.idleMs + touchEveryMs(lifetimes)
  return Math.min(end, absoluteEnd(times, lifetimes))
}

export function hasEnded(times: SessionTimes, lifetimes: Lifetimes, now: number): boolean {
  return now >= sessionEnd(times, lifetimes)
}

/**
 * Whether activity at `now` has to be written. A last activity in the future was written by a wrong clock:
 * it is corrected, or the session would live longer than it should.
 *
 * @param writtenAt the last activity that was written
 */
export function isTouchDue(writtenAt: number, lifetimes: Lifetimes, now: number): boolean {
  return Math.abs(now - writtenAt) >= touchEveryMs(lifetimes)
}

/** What a session is made of, as it lies sealed in the store. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Claims } from '@gatehouse/shared/claims'
import type { VerifiedClaims } from '../entra/index.ts'

const Moment = Type.Number()

/** What has to be asked of the user at the next sign-in; see `challenges.ts`. */
const ChallengeSchema = Type.Object({
  id: Type.String(),
  reason: Type.Union([
    Type.Literal('consent'),
    Type.Literal('step_up'),
    Type.Literal('session_expired'),
  ]),
  claims: Type.Optional(Type.String()),
  scopes: Type.Optional(Type.Array(Type.String())),
})

export type Challenge = Static<typeof ChallengeSchema>

/** The last request for a token of certain scopes; see `token-requests.ts`. */
const TokenRequestSchema = Type.Object({
  /** Which scopes, as `scopeKey` names them. */
  key: Type.String(),
  at: Moment,
  /** When an API's refusal last made us ask. */
  forcedAt: Type.Optional(Moment),
  /** Entra is not asked again before. */
  notBefore: Moment,
  /** What the API's refusal asked Entra for, as `claimsKey` names it. */
  claims: Type.Optional(Type.String()),
  /** Microsoft itself said when to come back. */
  throttled: Type.Optional(Type.Literal(true)),
  /** How it failed; without a reason, there was no usable answer. */
  failure: Type.Optional(
    Type.Object({
      reason: Type.Optional(ChallengeSchema.properties.reason),
      claims: Type.Optional(Type.String()),
      scopes: Type.Optional(Type.Array(Type.String())),
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
  /** For which session keys it can be found (`IndexEntries.keyIds`), and until when. */
  indexed: Type.Optional(Type.Object({ keyIds: Type.Array(Type.String()), until: Moment })),
  startedAt: Moment,
  seenAt: Moment,
  device: Type.String(),
})

type RecordShape = Static<typeof SessionRecordSchema>

/** Times are milliseconds since the epoch. */
export interface SessionRecord extends Omit<RecordShape, 'claims'> {
  claims: VerifiedClaims
}

export type GrantedToken = SessionRecord['tokens'][number]

const validator = Compile(SessionRecordSchema)

/** More than any record; what inflates beyond it is not one of ours. */
const maxRecordBytes = 512 * 1024

/** Deflated: tokens are base64, which gives a quarter of their size back. */
export function serialiseRecord(record: SessionRecord): Buffer {
  return deflateRawSync(JSON.stringify(record), { level: 1 })
}

/** Reads a record back; undefined where it is of another shape, which is "no session". */
export function parseRecord(bytes: Uint8Array): SessionRecord | undefined {
  try {
    const json = inflateRawSync(bytes, { maxOutputLength: maxRecordBytes }).toString('utf8')
    const value: unknown = JSON.parse(json)
    return validator.Check(value) ? (value as SessionRecord) : undefined
  } catch {
    return undefined
  }
}

/** The person, in this product's own words. The key is tenant and object id, never a name. */
export interface User {
  name: string
  username: string
  objectId: string
  tenantId: string
  roles: string[]
  /** Authentication contexts that the sign-in satisfied, such as `c1`; the claim `acrs`. */
  authenticationContexts: string[]
}

export function userOf(claims: VerifiedClaims): User {
  const username = text(claims['preferred_username'])
  return {
    name: text(claims['name']) || username,
    username,
    objectId: claims.oid,
    tenantId: claims.tid,
    roles: strings(claims['roles']),
    authenticationContexts: strings(claims['acrs']),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** What a session is made of, as it lies sealed in the store. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Claims } from '@gatehouse/contract/claims'
import type { VerifiedClaims } from '../entra/index.ts'
import type { FastifyBaseLogger } from 'fastify'
import {
  type IndexWrite,
  type SessionStore,
  type StoredRecord,
  StoreError,
} from '../store/store.ts'
import { seal, type SessionSecrets, unseal } from '../store/seal.ts'
import type { IndexEntries, Summaries } from './lookup-keys.ts'
import { absoluteEnd, hasEnded, type Lifetimes, sessionEnd } from './lifetime.ts'

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
function serialiseRecord(record: SessionRecord): Buffer {
  return deflateRawSync(JSON.stringify(record), { level: 1 })
}

/** Reads a record back; undefined where it is of another shape, which is "no session". */
function parseRecord(bytes: Uint8Array): SessionRecord | undefined {
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

// Session records in the store: sealed on the way in, opened on the way out, written by compare-and-set.

/** A record and the version that it was read in. */
export interface Loaded {
  record: SessionRecord
  version: number
}

export interface Records {
  create(record: SessionRecord, secrets: SessionSecrets): Promise<void>
  /** The record while its session lives. @throws StoreError */
  load(secrets: SessionSecrets): Promise<Loaded | undefined>
  /**
   * The same for a session that is about to be used: one that could not be found and ended from afar,
   * after a change of keys or of lifetimes, is indexed anew first. @throws StoreError
   */
  loadFindable(secrets: SessionSecrets): Promise<Loaded | undefined>
  /**
   * Changes the record in its newest state, whoever writes beside this request.
   *
   * @returns what was written; undefined where the session has ended. @throws StoreError
   */
  update(
    secrets: SessionSecrets,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<Loaded | undefined>
}

interface RecordsOptions {
  store: SessionStore
  lifetimes: Lifetimes
  indexes: IndexEntries
  summaries: Summaries
  log: FastifyBaseLogger
  now: () => number
}

/** Each failed attempt means that another writer got ahead; so many in a row do not happen by chance. */
const maxAttempts = 10

export function createRecords(options: RecordsOptions): Records {
  const { store, lifetimes, indexes, summaries, log, now } = options

  function stored(record: SessionRecord, secrets: SessionSecrets, version: number): StoredRecord {
    const { device, startedAt, seenAt, claims } = record
    const ofUser = summaries.ofUser({ tenantId: claims.tid, objectId: claims.oid })
    return {
      id: secrets.id,
      version,
      sealed: seal(serialiseRecord(record), secrets),
      summary: ofUser.seal(secrets.id, { device, startedAt, seenAt }),
      expiresAt: sessionEnd(record, lifetimes),
    }
  }

  /** Whether index entries and summary are there for each of our keys, for as long as the session lasts. */
  function isFindable(record: SessionRecord): boolean {
    const { keyIds = [], until = 0 } = record.indexed ?? {}
    return (
      indexes.keyIds.every((id) => keyIds.includes(id)) && until >= absoluteEnd(record, lifetimes)
    )
  }

  function indexFor(record: SessionRecord): IndexWrite {
    const { tid, oid, sid } = record.claims
    const ofSession = typeof sid === 'string' ? indexes.ofEntraSession(sid) : []
    return {
      entries: [...indexes.ofUser(tid, oid), ...ofSession],
      lastsUntil: absoluteEnd(record, lifetimes),
    }
  }

  function indexed(record: SessionRecord): SessionRecord {
    const until = absoluteEnd(record, lifetimes)
    return { ...record, indexed: { keyIds: [...indexes.keyIds], until } }
  }

  async function update(
    secrets: SessionSecrets,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<Loaded | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const loaded = await load(secrets)
      if (!loaded) return undefined
      // The summary is sealed with this process's keys, so the record says that it is.
      const record = indexed(change(loaded.record))
      const version = loaded.version + 1
      // With activity, once a minute: a store that loses entries (Redis that evicts them) gets them back.
      const isActivity = record.seenAt !== loaded.record.seenAt
      const index = isActivity || !isFindable(loaded.record) ? indexFor(record) : undefined
      if (await store.replace(stored(record, secrets, version), index)) return { record, version }
    }
    throw new StoreError('A session was written to by too many at once')
  }

  async function load(secrets: SessionSecrets): Promise<Loaded | undefined> {
    const found = await store.read(secrets.id)
    if (!found) return undefined
    const plain = unseal(found.sealed, secrets)
    const record = plain === undefined ? undefined : parseRecord(plain)
    if (!record) {
      // Changed, moved, or of another format: whatever it was, it is no session.
      log.warn({ event: 'session_record_refused' }, 'A session record did not open')
      await store.remove(secrets.id)
      return undefined
    }
    return hasEnded(record, lifetimes, now()) ? undefined : { record, version: found.version }
  }

  return {
    create: (record, secrets) =>
      store.create(stored(indexed(record), secrets, 1), indexFor(record)),
    load,
    loadFindable: async (secrets) => {
      const loaded = await load(secrets)
      if (!loaded || isFindable(loaded.record)) return loaded
      log.info({ event: 'session_indexed' }, 'A session can be found by the session keys of now')
      return update(secrets, (record) => record)
    },
    update,
  }
}

/** The authority's signing keys: cached, and fetched again once for a key that is not in the cache. */
import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { isObject } from '../json.ts'
import type { Discovery } from './discovery.ts'
import { EntraError } from './errors.ts'
import type { EntraNetwork } from './network.ts'

/** Entra publishes about eight. A set with more than this would only cost time. */
const maxKeys = 100
const freshMs = 24 * 60 * 60_000
/** After a failed fetch, or a token whose key does not exist: no other fetch for so long. */
const backoffMs = 30_000
/** Without any keys all sign-ins fail, so a failed fetch is repeated sooner. */
const backoffWithoutKeysMs = 5_000

/** The key for a token, and its issuer. */
interface FoundKey {
  key: CryptoKey
  /**
   * The `issuer` members of all keys of the set that could have signed the token: the issuers that
   * Entra lets them sign for. A key without one is left out.
   */
  issuers: readonly unknown[]
}

type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<FoundKey>

/** The authority's signing keys, fetched when they are first needed, and again when they are old or one is missing. */
export class SigningKeys {
  readonly #discovery: Discovery
  readonly #network: EntraNetwork
  readonly #now: () => number
  #cached: { find: FindKey; readAt: number } | undefined
  #failure: { at: number; error: unknown } | undefined
  /** When keys were last fetched for a token whose key was not among them. */
  #lastMissAt: number | undefined
  #pending: Promise<FindKey> | undefined

  /** @param now milliseconds since the epoch */
  constructor(discovery: Discovery, network: EntraNetwork, now: () => number) {
    this.#discovery = discovery
    this.#network = network
    this.#now = now
  }

  /**
   * Finds the key for a token's header.
   *
   * @throws EntraError `entra_unavailable` if the keys could not be fetched; jose's own error if there
   * is no such key
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<FoundKey> {
    const find = await this.#current()
    try {
      return await find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      // The keys may have been rotated, so this says nothing against the token.
      if (this.#failure && this.#within(backoffMs, this.#failure.at)) throw this.#failure.error
      if (this.#within(backoffMs, this.#lastMissAt)) throw error
      return this.#findFresh(header, token)
    }
  }

  /** Fresh keys; old ones if the authority does not answer. */
  async #current(): Promise<FindKey> {
    const cached = this.#cached
    const failure = this.#failure
    if (cached && (this.#within(freshMs, cached.readAt) || this.#within(backoffMs, failure?.at))) {
      return cached.find
    }
    if (!cached && failure && this.#within(backoffWithoutKeysMs, failure.at)) throw failure.error
    return (this.#pending ??= this.#fetch()).catch((error: unknown) => {
      if (this.#cached) return this.#cached.find
      throw error
    })
  }

  async #findFresh(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<FoundKey> {
    const find = await (this.#pending ??= this.#fetch())
    try {
      return await find(header, token)
    } catch (error) {
      this.#lastMissAt = this.#now()
      throw error
    }
  }

  async #fetch(): Promise<FindKey> {
    try {
      const { jwks_uri: address } = await this.#discovery.metadata()
      const { status, body } = await this.#network.get(address)
      const find = finderIn(signingKeysIn(status, body))
      this.#cached = { find, readAt: this.#now() }
      this.#failure = undefined
      return find
    } catch (error) {
      this.#failure = { at: this.#now(), error }
      throw error
    } finally {
      this.#pending = undefined
    }
  }

  #within(ms: number, since: number | undefined): boolean {
    return since !== undefined && Math.abs(this.#now() - since) < ms
  }
}

/** One finder for each set, because jose's resolver keeps the keys that it has imported. */
function finderIn(set: JSONWebKeySet): FindKey {
  const resolve = createLocalJWKSet(set)
  return async (header, token) => {
    const key = await resolve(header, token)
    const candidates = set.keys.filter(({ kid }) => header.kid === undefined || header.kid === kid)
    const issuers = candidates.map((candidate: object) =>
      'issuer' in candidate ? candidate.issuer : undefined,
    )
    return { key, issuers: issuers.filter((issuer) => issuer !== undefined) }
  }
}

function signingKeysIn(status: number, body: unknown): JSONWebKeySet {
  const keys: unknown = (body as { keys?: unknown } | null)?.keys
  if (status !== 200 || !Array.isArray(keys) || keys.length > maxKeys) {
    throw new EntraError('entra_unavailable', `No usable key set (status ${status})`)
  }
  // Public RSA signing keys only; every other key is ignored.
  const usable = keys.filter(
    (key: unknown) =>
      isObject(key) &&
      key['kty'] === 'RSA' &&
      !('d' in key) &&
      (!('use' in key) || key['use'] === 'sig') &&
      (!('alg' in key) || key['alg'] === 'RS256'),
  )
  return { keys: usable as JSONWebKeySet['keys'] }
}

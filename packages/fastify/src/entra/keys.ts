/** The authority's signing keys: cached, refetched once for a key that is not there yet. */
import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { EntraError } from './errors.ts'
import type { Discovery } from './discovery.ts'
import type { EntraNetwork } from './network.ts'

/** Entra publishes about eight; more than this is no key set but a way to keep us busy. */
const maxKeys = 100
const freshMs = 24 * 60 * 60_000
/** Tokens with a key that does not exist, or failed fetches, cannot make us ask more often than this. */
const coolDownMs = 30_000
/** Without any keys nobody signs in, so a failed fetch is repeated sooner; but not for each sign-in. */
const coolDownWithoutKeysMs = 5_000

/** The key for a token, and whose key it is. */
export interface FoundKey {
  key: CryptoKey
  /**
   * The `issuer` members of all keys of the set that could have signed the token: Entra's statement of
   * whose they are. A key without one says nothing.
   */
  issuers: readonly unknown[]
}

export interface SigningKeys {
  /**
   * Finds the key for a token's header.
   *
   * @throws EntraError `entra_unavailable` if it may be one that could not be fetched; jose's own
   * error if there is no such key
   */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<FoundKey>
}

export function createSigningKeys(
  discovery: Discovery,
  network: EntraNetwork,
  now: () => number,
): SigningKeys {
  let cached: { find: SigningKeys['find']; readAt: number } | undefined
  let failure: { at: number; error: unknown } | undefined
  /** When keys were fetched for a token and its key was not among them. */
  let fruitlessAt: number | undefined
  let pending: Promise<SigningKeys['find']> | undefined

  async function fetchKeys(): Promise<SigningKeys['find']> {
    try {
      const { jwks_uri: address } = await discovery.metadata()
      const answer = await network.get(address)
      const find = finderIn(acceptable(answer.status, answer.body))
      cached = { find, readAt: now() }
      failure = undefined
      return find
    } catch (error) {
      failure = { at: now(), error }
      throw error
    } finally {
      pending = undefined
    }
  }

  function within(ms: number, since: number | undefined): boolean {
    return since !== undefined && Math.abs(now() - since) < ms
  }

  /** Fresh keys where they can be had; old ones where the authority does not answer. */
  async function current(): Promise<SigningKeys['find']> {
    if (cached && (within(freshMs, cached.readAt) || within(coolDownMs, failure?.at)))
      return cached.find
    if (!cached && failure && within(coolDownWithoutKeysMs, failure.at)) throw failure.error
    return (pending ??= fetchKeys()).catch((error: unknown) => {
      if (cached) return cached.find
      throw error
    })
  }

  async function findFresh(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    const find = await (pending ??= fetchKeys())
    try {
      return await find(header, token)
    } catch (error) {
      fruitlessAt = now()
      throw error
    }
  }

  return {
    find: async (header, token) => {
      const find = await current()
      try {
        return await find(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        // The keys may have been rotated, and nobody could tell: no word against the token.
        if (failure && within(coolDownMs, failure.at)) throw failure.error
        if (within(coolDownMs, fruitlessAt)) throw error
        return findFresh(header, token)
      }
    },
  }
}

/** One finder a set: jose's resolver keeps the keys that it has imported. */
function finderIn(set: JSONWebKeySet): SigningKeys['find'] {
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

function acceptable(status: number, body: unknown): JSONWebKeySet {
  const keys: unknown = (body as { keys?: unknown } | null)?.keys
  if (status !== 200 || !Array.isArray(keys) || keys.length > maxKeys) {
    throw new EntraError('entra_unavailable', `No usable key set (status ${status})`)
  }
  // Public RSA signing keys only: whatever else is in the set is not looked at.
  const usable = keys.filter(
    (key: unknown) =>
      typeof key === 'object' &&
      key !== null &&
      'kty' in key &&
      key.kty === 'RSA' &&
      !('d' in key) &&
      (!('use' in key) || key.use === 'sig') &&
      (!('alg' in key) || key.alg === 'RS256'),
  )
  return { keys: usable as JSONWebKeySet['keys'] }
}

/** The authority's signing keys: cached, and fetched again once for a key that is not in the cache. */
import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
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
export interface FoundKey {
  key: CryptoKey
  /**
   * The `issuer` members of all keys of the set that could have signed the token: the issuers that
   * Entra lets them sign for. A key without one is left out.
   */
  issuers: readonly unknown[]
}

export interface SigningKeys {
  /**
   * Finds the key for a token's header.
   *
   * @throws EntraError `entra_unavailable` if the keys could not be fetched; jose's own error if there
   * is no such key
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
  /** When keys were last fetched for a token whose key was not among them. */
  let lastMissAt: number | undefined
  let pending: Promise<SigningKeys['find']> | undefined

  async function fetchKeys(): Promise<SigningKeys['find']> {
    try {
      const { jwks_uri: address } = await discovery.metadata()
      const { status, body } = await network.get(address)
      const find = finderIn(signingKeysIn(status, body))
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

  /** Fresh keys; old ones if the authority does not answer. */
  async function current(): Promise<SigningKeys['find']> {
    if (cached && (within(freshMs, cached.readAt) || within(backoffMs, failure?.at)))
      return cached.find
    if (!cached && failure && within(backoffWithoutKeysMs, failure.at)) throw failure.error
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
      lastMissAt = now()
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
        // The keys may have been rotated, so this says nothing against the token.
        if (failure && within(backoffMs, failure.at)) throw failure.error
        if (within(backoffMs, lastMissAt)) throw error
        return findFresh(header, token)
      }
    },
  }
}

/** One finder for each set, because jose's resolver keeps the keys that it has imported. */
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

function signingKeysIn(status: number, body: unknown): JSONWebKeySet {
  const keys: unknown = (body as { keys?: unknown } | null)?.keys
  if (status !== 200 || !Array.isArray(keys) || keys.length > maxKeys) {
    throw new EntraError('entra_unavailable', `No usable key set (status ${status})`)
  }
  // Public RSA signing keys only; every other key is ignored.
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

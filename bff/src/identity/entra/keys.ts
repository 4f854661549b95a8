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

export interface SigningKeys {
  /** Finds the key for a token's header, as jose's `jwtVerify` wants it. */
  find: (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>
  /** The `issuer` member of the key that a token names: Entra's statement of whose key it is. */
  issuerOf(kid: string | undefined): string | undefined
}

interface KeySet {
  set: JSONWebKeySet
  resolve: SigningKeys['find']
}

export function createSigningKeys(
  discovery: Discovery,
  network: EntraNetwork,
  now: () => number,
): SigningKeys {
  let cached: { keys: KeySet; readAt: number } | undefined
  let failedAt: number | undefined
  /** When keys were fetched for a token and its key was not among them. */
  let fruitlessAt: number | undefined
  let pending: Promise<KeySet> | undefined

  async function fetchKeys(): Promise<KeySet> {
    try {
      const { jwks_uri: address } = await discovery.metadata()
      const answer = await network.get(address)
      const set = acceptable(answer.status, answer.body)
      // One resolver a set: it keeps the keys that it has imported.
      cached = { keys: { set, resolve: createLocalJWKSet(set) }, readAt: now() }
      failedAt = undefined
      return cached.keys
    } catch (error) {
      failedAt = now()
      throw error
    } finally {
      pending = undefined
    }
  }

  function within(ms: number, since: number | undefined): boolean {
    return since !== undefined && Math.abs(now() - since) < ms
  }

  /** Fresh keys where they can be had; old ones where the authority does not answer. */
  async function current(): Promise<KeySet> {
    if (cached && (within(freshMs, cached.readAt) || within(coolDownMs, failedAt)))
      return cached.keys
    return (pending ??= fetchKeys()).catch((error: unknown) => {
      if (cached) return cached.keys
      throw error
    })
  }

  function mayAskAgain(): boolean {
    return !within(coolDownMs, failedAt) && !within(coolDownMs, fruitlessAt)
  }

  async function findFresh(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    const { resolve } = await (pending ??= fetchKeys())
    try {
      return await resolve(header, token)
    } catch (error) {
      fruitlessAt = now()
      throw error
    }
  }

  return {
    find: async (header, token) => {
      const { resolve } = await current()
      try {
        return await resolve(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !mayAskAgain()) throw error
        return findFresh(header, token)
      }
    },
    issuerOf: (kid) => {
      const key: object | undefined = cached?.keys.set.keys.find(
        (candidate) => candidate.kid === kid,
      )
      const issuer: unknown = key && 'issuer' in key ? key.issuer : undefined
      return typeof issuer === 'string' ? issuer : undefined
    },
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
      (!('use' in key) || key.use === 'sig'),
  )
  return { keys: usable as JSONWebKeySet['keys'] }
}

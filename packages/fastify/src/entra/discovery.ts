/** The authority's discovery document: fetched when first needed, and kept for a day. */
import { ownAddress } from '../config/index.ts'
import { isObject } from '../json.ts'
import { EntraError } from './errors.ts'
import type { ClockSkew, EntraAnswer, EntraNetwork } from './network.ts'

/**
 * The addresses of the document that this app uses. It knows no other addresses of Entra. These are
 * checked, and the others are not read.
 */
const required = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const
const optional = ['end_session_endpoint'] as const

type Required = Record<(typeof required)[number], string>
type Optional = Partial<Record<(typeof optional)[number], string>>

/** The members that a sign-in needs (OpenID Connect Discovery 1.0 §3). */
export interface Metadata extends Required, Optional {
  issuer: string
  authorization_response_iss_parameter_supported?: boolean
}

const freshMs = 24 * 60 * 60_000
/** While our clock is wrong: the next answer shows whether it is right again. */
const freshWhileSkewedMs = 60_000
/** How long callers get the last failure without another attempt. */
const backoffMs = 2_000

export interface Discovery {
  /** @throws EntraError `entra_unavailable` if there is no document, fresh or old */
  metadata(): Promise<Metadata>
  /** The last document, if any: for what must work while Entra does not answer. */
  known(): Metadata | undefined
}

/** The service whose document it has to be. */
export interface Authority {
  /** Scheme and host of the sign-in service. */
  authority: string
  /** What the document has to name; undefined accepts any. */
  issuer: string | undefined
}

/** @param options `tenant`: a GUID or `organizations` */
export function createDiscovery(
  { authority, tenant, issuer }: Authority & { tenant: string },
  network: EntraNetwork,
  clock: ClockSkew,
  now: () => number,
): Discovery {
  const address = `${authority}/${tenant}/v2.0/.well-known/openid-configuration`
  let document: Metadata | undefined
  let readAt = 0
  let failure: { at: number; error: unknown } | undefined
  let pending: Promise<Metadata> | undefined

  async function refresh(): Promise<Metadata> {
    try {
      document = readMetadata(await network.get(address), { authority, issuer })
      readAt = now()
      failure = undefined
      return document
    } catch (error) {
      failure = { at: now(), error }
      // An old document is still usable: its addresses hardly ever change.
      if (document) return document
      throw error
    } finally {
      pending = undefined
    }
  }

  return {
    known: () => document,
    metadata: async () => {
      const fresh = clock.isSkewed() ? freshWhileSkewedMs : freshMs
      // The absolute value, because a clock that was set back is a reason to ask again too.
      if (document && Math.abs(now() - readAt) < fresh) return document
      if (failure && Math.abs(now() - failure.at) < backoffMs) {
        if (document) return document
        throw failure.error
      }
      return (pending ??= refresh())
    },
  }
}

/**
 * Reads a discovery document. One wrong member refuses the whole document. Only the members of `Metadata`
 * are kept.
 *
 * @throws EntraError `entra_unavailable`; its `check` names the member that is wrong
 */
export function readMetadata(
  { status, body }: Pick<EntraAnswer, 'status' | 'body'>,
  { authority, issuer }: Authority,
): Metadata {
  if (status !== 200 || !isObject(body)) {
    throw rejected('discovery', `No discovery document (status ${status})`)
  }
  const present = optional.filter((name) => body[name] !== undefined)
  const addresses = [...required, ...present].map((name) => {
    const address = ownAddress(body[name], authority)
    if (address !== undefined) return [name, address] as const
    throw rejected(name, `The discovery document’s ${name} is no address of the authority`)
  })
  return {
    // Each required one is among them here.
    ...(Object.fromEntries(addresses) as Required & Optional),
    issuer: issuerIn(body, issuer),
    ...issParameterIn(body),
  }
}

function issuerIn(members: Record<string, unknown>, expected: string | undefined): string {
  const { issuer } = members
  if (typeof issuer !== 'string' || issuer === '') {
    throw rejected('issuer', 'The discovery document names no issuer')
  }
  if (expected !== undefined && issuer !== expected) {
    throw rejected('issuer', 'The discovery document names another issuer')
  }
  return issuer
}

/** RFC 9207 §3. */
function issParameterIn(members: Record<string, unknown>) {
  const name = 'authorization_response_iss_parameter_supported'
  const value = members[name]
  if (value === undefined) return {}
  if (typeof value !== 'boolean')
    throw rejected(name, `The discovery document has no usable ${name}`)
  return { [name]: value }
}

function rejected(check: string, message: string): EntraError {
  return new EntraError('entra_unavailable', message, { check })
}

/** What the authority publishes about itself: fetched when first needed, and kept a day. */
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Clock } from './clock.ts'
import { EntraError } from './errors.ts'
import type { EntraNetwork } from './network.ts'

const Metadata = Type.Object({
  issuer: Type.String({ minLength: 1 }),
  authorization_endpoint: Type.String({ minLength: 1 }),
  token_endpoint: Type.String({ minLength: 1 }),
  end_session_endpoint: Type.Optional(Type.String()),
  jwks_uri: Type.String({ minLength: 1 }),
  authorization_response_iss_parameter_supported: Type.Optional(Type.Boolean()),
})

/** OpenID Connect Discovery 1.0 §3, the members that a sign-in needs. */
export type Metadata = Static<typeof Metadata>

const freshMs = 24 * 60 * 60_000
/** While our clock is wrong: asking again shows when it is right. */
const freshWhileOffMs = 60_000
/** After a failure: how long callers are told so without another attempt. */
const coolDownMs = 2_000

export interface Discovery {
  /** @throws EntraError `entra_unavailable` where there is no document, fresh or old */
  metadata(): Promise<Metadata>
  /** The last document that was read, if any: for what must work while Entra does not answer. */
  known(): Metadata | undefined
}

/**
 * @param authority scheme and host of the sign-in service
 * @param tenant a GUID or `organizations`
 * @param issuer what the document has to name; undefined takes what it names
 */
export function createDiscovery(
  { authority, tenant, issuer }: { authority: string; tenant: string; issuer: string | undefined },
  network: EntraNetwork,
  clock: Clock,
  now: () => number,
): Discovery {
  const address = `${authority}/${tenant}/v2.0/.well-known/openid-configuration`
  let document: Metadata | undefined
  let readAt = 0
  let failure: { at: number; error: unknown } | undefined
  let pending: Promise<Metadata> | undefined

  async function refresh(): Promise<Metadata> {
    try {
      const answer = await network.get(address)
      document = acceptable(answer.status, answer.body, { authority, issuer })
      readAt = now()
      failure = undefined
      return document
    } catch (error) {
      failure = { at: now(), error }
      // A day-old document is as good as a new one: its addresses hardly ever change.
      if (document) return document
      throw error
    } finally {
      pending = undefined
    }
  }

  return {
    known: () => document,
    metadata: async () => {
      const fresh = clock.isOff() ? freshWhileOffMs : freshMs
      // Whether the clock went on or was set: both are times to ask again.
      if (document && Math.abs(now() - readAt) < fresh) return document
      if (failure && Math.abs(now() - failure.at) < coolDownMs) {
        if (document) return document
        throw failure.error
      }
      return (pending ??= refresh())
    },
  }
}

function acceptable(
  status: number,
  body: unknown,
  { authority, issuer }: { authority: string; issuer: string | undefined },
): Metadata {
  if (status !== 200 || !Value.Check(Metadata, body)) {
    throw new EntraError('entra_unavailable', `No discovery document (status ${status})`)
  }
  // A document that sends the client secret to another host is an attack or a mistake (RFC 9700 §4.4).
  for (const endpoint of [body.authorization_endpoint, body.token_endpoint, body.jwks_uri]) {
    if (!URL.canParse(endpoint) || new URL(endpoint).origin !== authority) {
      throw new EntraError('entra_unavailable', 'The discovery document points at another host')
    }
  }
  if (issuer !== undefined && body.issuer !== issuer) {
    throw new EntraError('entra_unavailable', 'The discovery document names another issuer')
  }
  return body
}

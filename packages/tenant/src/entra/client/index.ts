/** Identifies the client and the tenant of a request, and checks the proof of the client. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { platformOf, type Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'
export { requireAudience, requireTenant } from './tenants.ts'
import type { Platform } from '../../registry/redirect-uri.ts'
import { peekRefreshToken } from '../../tokens/refresh-token.ts'
import { requireOrigin } from './cross-origin.ts'
import { assertedClientId, verifyAssertion } from './assertions.ts'

/** @throws EntraError 700016 for an application that does not exist, or is not present in the tenant, 7000112 for a disabled one */
export function findClient(tenant: TenantState, clientId: string): Client {
  const client = tenant.registry.client(clientId)
  if (client) return client
  const entry = tenant.registry.entry(clientId)
  if (entry?.servicePrincipal?.accountEnabled === false) {
    throw new EntraError(7000112, {
      message: `Application '${clientId}'(${entry.application.displayName}) is disabled.`,
    })
  }
  throw new EntraError(700016, {
    message: `Application with identifier '${clientId}' was not found in the directory '${tenant.tenantName}'.`,
  })
}

/**
 * Identifies the client of a token request and checks its proof: a secret, an assertion, or none if it is public.
 *
 * @throws EntraError 700016, 7000215, 7000218, 7000222, 700025, 9002326, 9002327, and the errors of a wrong assertion
 */
export async function authenticateClient(
  tenant: TenantState,
  request: FastifyRequest,
  form: Parameters,
): Promise<Client> {
  const basic = basicCredentials(request.headers.authorization)
  const client = findClient(tenant, clientIdOf(request, form) ?? required(form, 'client_id'))
  const platform = platformOfGrant(tenant, client, form)
  requireOrigin(request, { isSpa: platform === 'spa' })
  const secret = basic?.secret ?? form.client_secret
  const isProved = secret !== undefined || form.client_assertion !== undefined
  if (!isProved) return publicClient(client, form, platform)
  // A page cannot keep a secret, so one that sends it has published it.
  if (platform === 'spa') throw new EntraError(700025)
  if (client.isPublic && hasNoCredentials(client)) throw new EntraError(700025)
  // Each that was sent: the token says of an assertion that the client proved itself by it.
  if (secret !== undefined) verifySecret(tenant, client, secret)
  if (form.client_assertion !== undefined) await verifyAssertion(tenant, client, form)
  return client
}

/**
 * The platform that a code or a refresh token was given to. For one that is not the tenant's, what the request says of
 * itself: its refusal is then that of the code or the token.
 */
function platformOfGrant(tenant: TenantState, client: Client, form: Parameters) {
  if (form.grant_type === 'authorization_code') {
    const known = tenant.codes.find(form.code ?? '')
    const uri = known?.redirectUri ?? form.redirect_uri ?? ''
    return platformOf(client, uri, tenant.origin)
  }
  if (form.grant_type !== 'refresh_token') return undefined
  const known = peekRefreshToken(tenant, form.refresh_token ?? '')
  const isSpa = known ? known.spaExpiresAt !== undefined : client.spaRedirectUris.length > 0
  return isSpa ? 'spa' : undefined
}

/** The client that a token request names, in whatever way. */
export function clientIdOf(request: FastifyRequest, form: Parameters): string | undefined {
  const basic = basicCredentials(request.headers.authorization)
  return basic?.clientId ?? form.client_id ?? assertedClientId(form)
}

/** A code that went to an address of the web platform needs a proof, also from a public client. */
function publicClient(
  client: Client,
  { grant_type: grantType }: Parameters,
  platform: Platform | undefined,
): Client {
  if (platform === 'spa') return client
  const isCode = grantType === 'authorization_code'
  if (isCode ? platform === 'publicClient' : client.isPublic) return client
  throw new EntraError(7000218)
}

function hasNoCredentials({ secrets, certificates, federatedCredentials }: Client): boolean {
  return [secrets, certificates, federatedCredentials].every((list) => list.length === 0)
}

function verifySecret(tenant: TenantState, client: Client, text: string): void {
  const secret = client.secrets.find((candidate) => sameSecret(text, candidate.text))
  if (!secret) {
    throw new EntraError(7000215, {
      message: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
    })
  }
  if (!tenant.policies.secretsExpired && secret.endsAt > tenant.now()) return
  throw new EntraError(7000222, {
    message: `The provided client secret keys for app '${client.clientId}' are expired.`,
  })
}

/** RFC 6749 section 2.3.1: both halves are form-encoded before base64. */
function basicCredentials(header: string | undefined) {
  const encoded = /^basic +([a-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw new EntraError(9002313)
  return {
    clientId: formDecode(text.slice(0, colon)),
    secret: formDecode(text.slice(colon + 1)),
  }
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new EntraError(9002313)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

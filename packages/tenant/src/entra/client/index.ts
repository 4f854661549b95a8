import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { isPublicRedirectUri, type Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'
import { assertedClientId, verifyAssertion } from './assertions.ts'

/** @throws EntraError 700016 for an application that does not exist, or is not present in the tenant */
export function findClient(tenant: TenantState, clientId: string): Client {
  const client = tenant.registry.client(clientId)
  if (client) return client
  throw new EntraError(700016, {
    message: `Application with identifier '${clientId}' was not found in the directory '${tenant.tenantName}'.`,
  })
}

/** @throws EntraError 50194 for an application of one tenant that is used through `/organizations` */
export function requireAudience(client: Client, segment: string): void {
  if (!client.isSingleTenant || segment !== 'organizations') return
  throw new EntraError(50194, {
    message: `Application '${client.clientId}' is not configured as a multi-tenant application, so the /organizations endpoint cannot be used with it.`,
  })
}

/**
 * Identifies the client of a token request and checks its proof: a secret, an assertion, or none if it is public.
 *
 * @throws EntraError 700016, 7000215, 7000218, 7000222, 700025, and the errors of a wrong assertion
 */
export async function authenticateClient(
  tenant: TenantState,
  request: FastifyRequest,
  form: Parameters,
): Promise<Client> {
  const basic = basicCredentials(request.headers.authorization)
  const clientId = basic?.clientId ?? form.client_id ?? assertedClientId(form)
  const client = findClient(tenant, clientId ?? required(form, 'client_id'))
  const secret = basic?.secret ?? form.client_secret
  const isProved = secret !== undefined || form.client_assertion !== undefined
  if (!isProved) return publicClient(client, form)
  if (client.isPublic && hasNoCredentials(client)) throw new EntraError(700025)
  if (secret === undefined) await verifyAssertion(tenant, client, form)
  else verifySecret(tenant, client, secret)
  return client
}

/** A code that went to an address of the web platform needs a proof, also from a public client. */
function publicClient(client: Client, form: Parameters): Client {
  const isCode = form.grant_type === 'authorization_code'
  const uri = form.redirect_uri ?? ''
  if (isCode ? isPublicRedirectUri(client, uri) : client.isPublic) return client
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

/**
 * Reads the first segment of an Entra path: this tenant's id, or `organizations`.
 *
 * @throws EntraError 90002 for every other tenant
 */
export function requireTenant(tenant: TenantState, name: string): string {
  const segment = name.toLowerCase()
  if (segment === tenant.tenantId || segment === 'organizations') return segment
  throw new EntraError(90002, {
    message: `Tenant '${name}' not found. Check that you have the correct tenant id.`,
  })
}

import { type Client, isPublicRedirectUri } from '../../clients.ts'
import type { World } from '../../world.ts'
import { EntraError } from '../errors.ts'
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { assertedClientId, verifyAssertion } from './assertions.ts'
import { type Parameters, required } from '../parameters.ts'

/** @throws EntraError 700016 for an application that is not there, or not present in the tenant */
export function findClient(world: World, clientId: string): Client {
  const client = world.registry.client(clientId)
  if (client) return client
  throw new EntraError(700016, {
    message: `Application with identifier '${clientId}' was not found in the directory '${world.tenantName}'.`,
  })
}

/** @throws EntraError 50194 for an application of one tenant that is used through `/organizations` */
export function requireAudience(client: Client, tenant: string): void {
  if (!client.isSingleTenant || tenant !== 'organizations') return
  throw new EntraError(50194, {
    message: `Application '${client.clientId}' is not configured as a multi-tenant application, so the /organizations endpoint cannot be used with it.`,
  })
}

// Which application a token request is from, and that it proves itself: by secret, by assertion, or not at all if it is public.

/** @throws EntraError 700016, 7000215, 7000218, 7000222, 700025, and what a wrong assertion gets */
export async function authenticateClient(
  world: World,
  request: FastifyRequest,
  form: Parameters,
): Promise<Client> {
  const basic = basicCredentials(request.headers.authorization)
  const clientId = basic?.clientId ?? form.client_id ?? assertedClientId(form)
  const client = findClient(world, clientId ?? required(form, 'client_id'))
  const secret = basic?.secret ?? form.client_secret
  const isProved = secret !== undefined || form.client_assertion !== undefined
  if (!isProved) return publicClient(client, form)
  if (client.isPublic && hasNoCredentials(client)) throw new EntraError(700025)
  if (secret === undefined) await verifyAssertion(world, client, form)
  else verifySecret(world, client, secret)
  return client
}

/** A code that went to an address of the web platform needs a proof, whatever else the client may do. */
function publicClient(client: Client, form: Parameters): Client {
  const isCode = form.grant_type === 'authorization_code'
  const uri = form.redirect_uri ?? ''
  if (isCode ? isPublicRedirectUri(client, uri) : client.isPublic) return client
  throw new EntraError(7000218)
}

function hasNoCredentials({ secrets, certificates, federatedCredentials }: Client): boolean {
  return [secrets, certificates, federatedCredentials].every((list) => list.length === 0)
}

function verifySecret(world: World, client: Client, text: string): void {
  const secret = client.secrets.find((candidate) => sameSecret(text, candidate.text))
  if (!secret) {
    throw new EntraError(7000215, {
      message: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
    })
  }
  if (!world.policies.secretsExpired && secret.endsAt > world.now()) return
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

// The first segment of every Entra path: this tenant's id, or `organizations`.

/** @throws EntraError 90002 for every other tenant */
export function requireTenant(world: World, name: string): string {
  const tenant = name.toLowerCase()
  if (tenant === world.tenantId || tenant === 'organizations') return tenant
  throw new EntraError(90002, {
    message: `Tenant '${name}' not found. Check that you have the correct tenant id.`,
  })
}

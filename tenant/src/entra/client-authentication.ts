/** Which application a token request is from, and that it knows its secret. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { findClient, type ClientRegistration } from '../clients.ts'
import type { World } from '../world.ts'
import { EntraError } from './errors.ts'
import { required, type Parameters } from './parameters.ts'

/** @throws EntraError 700016, 7000215, 7000218, 7000222 */
export function authenticateClient(
  world: World,
  request: FastifyRequest,
  form: Parameters,
): ClientRegistration {
  const basic = basicCredentials(request.headers.authorization)
  const clientId = basic?.clientId ?? required(form, 'client_id')
  const client = findClient(world.clients, clientId)
  if (!client) {
    throw new EntraError(700016, {
      message: `Application with identifier '${clientId}' was not found in the directory.`,
    })
  }
  const secret = basic?.secret ?? form.client_secret
  if (secret === undefined) throw new EntraError(7000218)
  if (!sameSecret(secret, client.clientSecret)) {
    throw new EntraError(7000215, {
      message: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
    })
  }
  if (world.policies.secretsExpired) {
    throw new EntraError(7000222, {
      message: `The provided client secret keys for app '${client.clientId}' are expired.`,
    })
  }
  return client
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

/**
 * `/oauth2/token`, the endpoint of v1.0, as far as programs still ask it: client credentials with `resource` in place of `scope`.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens ("v1.0 and v2.0")
 */

import type { FastifyRequest } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'

/**
 * The same request as v2.0 has it.
 *
 * @throws EntraError 900144 without `resource`, 70003 for the grants of users, which this endpoint does not serve here
 */
export function asSecondVersion(form: Parameters): Parameters {
  const grantType = required(form, 'grant_type')
  if (grantType !== 'client_credentials') {
    throw new EntraError(70003, {
      message: `The grant type '${grantType}' is served at /oauth2/v2.0/token only.`,
    })
  }
  return { ...form, scope: `${required(form, 'resource')}/.default` }
}

/** The answer as v1.0 has it: numbers as text, the times in seconds since the epoch, and the resource. */
export function asFirstVersion(
  { now }: TenantState,
  { resource = '' }: Parameters,
  answer: Readonly<Record<string, unknown>>,
): object {
  const { expires_in: expiresIn, ext_expires_in: _, ...rest } = answer
  const at = Math.floor(now() / 1000)
  return {
    ...rest,
    expires_in: String(expiresIn),
    ext_expires_in: String(expiresIn),
    expires_on: String(at + Number(expiresIn)),
    not_before: String(at - 300),
    resource,
  }
}

/** @throws EntraError 900561: only POST is served */
export function refuseMethod({ method }: FastifyRequest): never {
  throw new EntraError(900561, {
    message: `The endpoint only accepts POST, OPTIONS requests. Received a ${method} request.`,
  })
}

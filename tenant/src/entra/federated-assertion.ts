/** Workload identity federation: a token of another issuer stands for the client's secret. https://learn.microsoft.com/entra/workload-id/workload-identity-federation */

import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import type { Client } from '../clients.ts'
import type { World } from '../world.ts'
import { isLoopback } from '../options.ts'
import { EntraError } from './errors.ts'

interface Presented {
  assertion: string
  payload: JWTPayload
}

/** Ms. */
const timeout = 5_000

/** @throws EntraError 70021, 700211, 700212, 700213, 700024, 50013; 90006 where the issuer does not answer */
export async function verifyFederated(
  world: World,
  client: Client,
  { assertion, payload }: Presented,
): Promise<void> {
  const { issuer, audiences } = matching(client, payload)
  const keys = createRemoteJWKSet(await keysAddress(issuer), { timeoutDuration: timeout })
  try {
    await jwtVerify(assertion, keys, {
      algorithms: ['RS256', 'PS256', 'ES256'],
      issuer,
      audience: [...audiences],
      requiredClaims: ['exp'],
      currentDate: new Date(world.now()),
    })
  } catch (error) {
    const isLate = error instanceof errors.JWTExpired
    const isEarly = error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf'
    throw new EntraError(isLate || isEarly ? 700024 : 50013)
  }
}

/** Issuer, then audience, then subject: each refusal names what did not match. */
function matching(client: Client, { iss = '', sub = '', aud }: JWTPayload) {
  const { federatedCredentials } = client
  if (federatedCredentials.length === 0) throw new EntraError(70021)
  const ofIssuer = federatedCredentials.filter(({ issuer }) => issuer === iss)
  if (ofIssuer.length === 0) throw mismatch(700211, 'issuer', iss)
  const presented = [aud ?? []].flat()
  const forAudience = ofIssuer.filter(({ audiences }) =>
    presented.some((audience) => audiences.includes(audience)),
  )
  if (forAudience.length === 0) throw mismatch(700212, 'audience', presented.join(' '))
  const match = forAudience.find(({ subject }) => subject === sub)
  if (!match) throw mismatch(700213, 'subject', sub)
  return match
}

function mismatch(code: number, part: string, value: string): EntraError {
  return new EntraError(code, {
    message: `No matching federated identity record found for presented assertion ${part} '${value}'.`,
  })
}

async function keysAddress(issuer: string): Promise<URL> {
  const address = trusted(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const document = await fetchJson(address)
  const keys = typeof document === 'object' && document !== null && 'jwks_uri' in document
  return trusted(keys && typeof document.jwks_uri === 'string' ? document.jwks_uri : '')
}

async function fetchJson(address: URL): Promise<unknown> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeout), redirect: 'error' })
    return await answer.json()
  } catch {
    throw new EntraError(90006)
  }
}

/** Over https, or on this machine. */
function trusted(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (address?.protocol === 'https:') return address
  if (address?.protocol === 'http:' && isLoopback(address.hostname)) return address
  throw new EntraError(90006)
}

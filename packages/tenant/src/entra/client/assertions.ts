/** Verifies a client assertion (RFC 7523): signed with the client's certificate, or by a federated issuer. */

import { createHash, X509Certificate } from 'node:crypto'
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose'
import { isLoopback } from '../../own-host.ts'
import type { Client, ClientCertificate } from '../../registry/client.ts'
import { issuerOf, type TenantState } from '../../tenant-state.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The client that the assertion is from, for requests without `client_id`. */
export function assertedClientId(form: Parameters): string | undefined {
  return form.client_assertion === undefined ? undefined : decode(form.client_assertion).payload.sub
}

/** @throws EntraError 90023, 50027, 700021, 700023, 700024, 700027, 70021, 700211, 700212, 700213, 50013 */
export async function verifyAssertion(
  tenant: TenantState,
  client: Client,
  form: Parameters,
): Promise<void> {
  if (required(form, 'client_assertion_type') !== type) {
    throw new EntraError(90023, { message: "Unsupported 'client_assertion_type' value." })
  }
  const assertion = required(form, 'client_assertion')
  const { header, payload } = decode(assertion)
  const isOwn = payload.iss?.toLowerCase() === client.clientId.toLowerCase()
  if (!isOwn) return verifyFederated(tenant, client, { assertion, payload })
  if (payload.sub !== payload.iss) throw new EntraError(700021)
  const certificate = client.certificates.find((candidate) => isNamed(candidate, header))
  if (!certificate) throw wrongKey('The key was not found.')
  if (certificate.endsAt <= tenant.now()) throw wrongKey('The key used is expired.')
  const { publicKey } = certificateOf(certificate)
  try {
    await jwtVerify(assertion, publicKey, {
      algorithms: ['RS256', 'PS256'],
      audience: audiences(tenant),
      requiredClaims: ['exp', 'jti'],
      // MSAL rounds the second in which an assertion begins, so it may be ahead.
      clockTolerance: 5,
      currentDate: new Date(tenant.now()),
    })
  } catch (error) {
    throw refusal(error)
  }
}

function decode(assertion: string): { header: ProtectedHeaderParameters; payload: JWTPayload } {
  try {
    const payload = decodeJwt(assertion)
    if ([payload.iss, payload.sub].every((claim) => isTextOrAbsent(claim))) {
      return { header: decodeProtectedHeader(assertion), payload }
    }
  } catch {
    // Not a token, as one whose claims are of another type.
  }
  throw new EntraError(50027)
}

/** Whoever sends a token can write anything into it, whatever its type says. */
function isTextOrAbsent(claim: unknown): boolean {
  return claim === undefined || typeof claim === 'string'
}

/** By SHA-256 or SHA-1 thumbprint, or by a key id that is the thumbprint in hex. */
function isNamed(
  candidate: ClientCertificate,
  header: ProtectedHeaderParameters & { x5t?: unknown; 'x5t#S256'?: unknown },
): boolean {
  const { raw } = certificateOf(candidate)
  const sha256 = createHash('sha256').update(raw).digest('base64url')
  const sha1 = createHash('sha1').update(raw).digest()
  const strong = header['x5t#S256']
  if (strong !== undefined) return strong === sha256
  if (header.x5t !== undefined) return header.x5t === sha1.toString('base64url')
  return header.kid?.toLowerCase() === sha1.toString('hex')
}

function certificateOf({ certificate }: ClientCertificate): X509Certificate {
  return new X509Certificate(Buffer.from(certificate, 'base64'))
}

function audiences(tenant: TenantState): string[] {
  const segments = [tenant.tenantId, 'organizations', 'common']
  const endpoints = segments.map((segment) => `${tenant.origin}/${segment}/oauth2/v2.0/token`)
  return [...endpoints, issuerOf(tenant)]
}

function refusal(error: unknown): EntraError {
  if (error instanceof errors.JWTExpired) return new EntraError(700024)
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return new EntraError(700023)
    if (error.claim === 'nbf') return new EntraError(700024)
    return new EntraError(50027, { message: `The assertion lacks a good '${error.claim}'.` })
  }
  return wrongKey('The provided signature value did not match the expected signature value.')
}

function wrongKey(reason: string): EntraError {
  return new EntraError(700027, {
    message: `Client assertion contains an invalid signature. [Reason - ${reason}]`,
  })
}

interface Presented {
  assertion: string
  payload: JWTPayload
}

/** Ms. */
const timeout = 5_000

/**
 * Workload identity federation: the token of another issuer replaces the client's secret.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 *
 * @throws EntraError 70021, 700211, 700212, 700213, 700024, 50013; 90006 if the issuer does not answer
 */
async function verifyFederated(
  tenant: TenantState,
  client: Client,
  { assertion, payload }: Presented,
): Promise<void> {
  const credential = matching(client, payload)
  const keys = createRemoteJWKSet(await keysAddress(credential.issuer), {
    timeoutDuration: timeout,
  })
  try {
    await jwtVerify(assertion, keys, {
      algorithms: ['RS256', 'PS256', 'ES256'],
      issuer: credential.issuer,
      audience: [...credential.audiences],
      requiredClaims: ['exp'],
      currentDate: new Date(tenant.now()),
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
  const forAudience = ofIssuer.filter((credential) =>
    presented.some((audience) => credential.audiences.includes(audience)),
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

/** @throws EntraError 90006 for an address that is neither https nor loopback */
function trusted(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (address?.protocol === 'https:') return address
  if (address?.protocol === 'http:' && isLoopback(address.hostname)) return address
  throw new EntraError(90006)
}

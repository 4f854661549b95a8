/** `/token`: exchanges what a grant type takes for tokens. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import type { ClientProof } from '../../tokens/access-claims.ts'
import { apiOf } from '../../tokens/api-token.ts'
import { tokenResponse } from '../../tokens/token-response.ts'
import { applyFault } from '../apply-fault.ts'
import { readClaimsRequest } from '../claims-request.ts'
import { allowTokenAnswer, answerPreflight } from '../client/cross-origin.ts'
import { authenticateClient, findClient, requireAudience, requireTenant } from '../client/index.ts'
import { requireAssignment } from '../consent/permissions.ts'
import { EntraError, sendTrace, traceOf } from '../errors.ts'
import { asFirstVersionAnswer, readFirstVersionToken } from '../first-version.ts'
import { formParameters, required, type Parameters } from '../parameters.ts'
import { issueToApplication, requirePresence } from './client-credentials.ts'
import type { Exchange, Redeemed } from './exchange.ts'
import { tenantOfRequest } from './grant-tenant.ts'
import { redeemAssertion } from './on-behalf-of.ts'
import { redeemPassword } from './password.ts'
import { redeemCode, redeemDevice, redeemRefresh } from './user-grants.ts'

type Redeem = (exchange: Exchange) => Redeemed | Promise<Redeemed>

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const userGrants: Readonly<Record<string, Redeem>> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefresh,
  password: redeemPassword,
  [jwtBearer]: redeemAssertion,
  'urn:ietf:params:oauth:grant-type:device_code': redeemDevice,
  // The name before the standard; Entra still accepts it.
  device_code: redeemDevice,
}

/** What a request without proof of the client is refused with, for grants that no public client has. */
const unproved: Readonly<Record<string, number>> = {
  client_credentials: 7000216,
  [jwtBearer]: 7000218,
}

export function tokenRoutes(app: FastifyInstance, tenant: TenantState): void {
  const post = (path: string, answer: (asked: Asked) => Promise<object>) => {
    answerPreflight(app, path, 'POST, OPTIONS')
    const config = { endpoint: 'token' } as const
    app.post<{ Params: { tenant: string } }>(path, { config }, async (request, reply) => {
      sendTrace(reply, traceOf(request, tenant.now()))
      allowTokenAnswer(request, reply)
      const segment = requireTenant(tenant, request.params.tenant)
      applyFault(tenant, 'token', request)
      return answer({ request, segment, form: formParameters(request.body), version: 2 })
    })
  }
  post('/:tenant/oauth2/v2.0/token', (asked) => redeem(tenant, asked))
  post('/:tenant/oauth2/token', async (asked) => {
    const form = readFirstVersionToken(asked.form)
    const answer = await redeem(tenant, { ...asked, form, version: 1 })
    return asFirstVersionAnswer(answer, asked.form)
  })
  for (const path of ['v2.0/token', 'v2.0/devicecode', 'token']) {
    app.get(`/:tenant/oauth2/${path}`, async () => {
      throw new EntraError(900561)
    })
  }
}

interface Asked {
  request: FastifyRequest
  segment: string
  form: Parameters
  /** Of the ID token. */
  version: 1 | 2
}

async function redeem(
  addressed: TenantState,
  { request, segment, form, version }: Asked,
): Promise<object> {
  const grantType = required(form, 'grant_type')
  const isForApplication = grantType === 'client_credentials'
  const redeemGrant = Object.hasOwn(userGrants, grantType) ? userGrants[grantType] : undefined
  if (!redeemGrant && !isForApplication) {
    throw new EntraError(70003, { message: `The grant type '${grantType}' is not supported.` })
  }
  requireOneTenant(grantType, segment)
  const tenant = tenantOfRequest(addressed, segment, request, form)
  const proof = proofOf(request, form)
  requireProof(tenant, grantType, proof, form)
  const client = await authenticateClient(tenant, request, form)
  requireAudience(client, segment)
  const claims = readClaimsRequest(form.claims)
  const exchange = { tenant, client, proof, segment, form, claims, request }
  if (!redeemGrant) {
    requirePresence(addressed, client.clientId)
    return issueToApplication(exchange)
  }
  const redeemed = await redeemGrant(exchange)
  requireAssignedUser(tenant, client.clientId, redeemed)
  const rest = { client, proof, clientInfo: form.client_info === '1', scopeText: form.scope }
  return tokenResponse(tenant, { ...redeemed, ...rest, version }, request)
}

/** A user has to be assigned to the client and to the API, if they require it. @throws EntraError 50105 */
function requireAssignedUser(tenant: TenantState, clientId: string, { grant, scopes }: Redeemed) {
  const user = tenant.directory.byId(grant.userId)
  if (!user) throw new EntraError(50034, { error: 'invalid_grant' })
  const api = apiOf(tenant, scopes)
  for (const appId of api ? [clientId, api.appId] : [clientId]) {
    requireAssignment(tenant, appId, user)
  }
}

const segmentsOfMany = ['common', 'organizations', 'consumers']

/**
 * An application by itself belongs to one tenant, and a password to an organisation.
 * v2-oauth2-client-creds-grant-flow (`tenant`: an id or a domain name); v-oauth-ropc ("not /common or /consumers").
 *
 * @throws EntraError 50059, 9001023
 */
function requireOneTenant(grantType: string, segment: string): void {
  if (grantType === 'client_credentials' && segmentsOfMany.includes(segment)) {
    throw new EntraError(50059)
  }
  if (grantType === 'password' && (segment === 'common' || segment === 'consumers')) {
    throw new EntraError(9001023)
  }
}

/** As `appidacr` and `azpacr` say it: 0 public, 1 a secret, 2 an assertion. */
function proofOf({ headers }: FastifyRequest, form: Parameters): ClientProof {
  if (form.client_assertion !== undefined) return '2'
  const isBasic = /^basic /i.test(headers.authorization ?? '')
  return isBasic || form.client_secret !== undefined ? '1' : '0'
}

/** @throws EntraError 7000216, 7000218; 700016 for a client that does not exist */
function requireProof(
  tenant: TenantState,
  grantType: string,
  proof: ClientProof,
  form: Parameters,
): void {
  const code = Object.hasOwn(unproved, grantType) ? unproved[grantType] : undefined
  if (proof !== '0' || code === undefined) return
  findClient(tenant, required(form, 'client_id'))
  throw new EntraError(code)
}

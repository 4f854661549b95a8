/** Completes an authorization request: asks for what is missing, then sends the code or the tokens. */

import type { FastifyReply } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import type { TenantState } from '../../tenant-state.ts'
import { accessScopes, accessToken } from '../../tokens/access-token.ts'
import { clientInfo, idToken } from '../../tokens/id-token.ts'
import { spaLifetime } from '../../tokens/refresh-token.ts'
import { issueOf } from '../../tokens/token-response.ts'
import { contextClaims } from '../claims-request.ts'
import {
  combinedConsents,
  missingConsent,
  requireAssignment,
  scopesToAuthorize,
} from '../consent/permissions.ts'
import { EntraError } from '../errors.ts'
import { ofTenant, type Grant } from '../grants.ts'
import { needsAdmin, ofOneApi } from '../scopes.ts'
import type { SignedInAccount } from './accounts.ts'
import {
  atTenantOf,
  showConsent,
  showNeedApproval,
  showStepUp,
  type AuthorizeContext,
} from './context.ts'
import { sendAnswer, type Answer } from './response.ts'

/** @param consented whether the user has just pressed Accept */
export function completeAuthorize(
  given: AuthorizeContext,
  account: SignedInAccount,
  consented = false,
): FastifyReply {
  const context = atTenantOf(given, account.userId)
  const { tenant, target } = context
  const user = tenant.directory.byId(account.userId)
  if (!user || tenant.directory.isDisabled(user.id)) throw new EntraError(50057)
  requireAssignment(tenant, target.client.clientId, user)
  const behind = combinedConsents(tenant, target.client.clientId, context.asked.scopes)
  const exchange = withScopesOf(context, user)
  return (
    askForProof(exchange, account, user) ??
    askForConsent(
      exchange,
      user,
      consented,
      behind.flatMap(({ scopes }) => scopes),
    ) ??
    issue(exchange, account, user)
  )
}

/** The request with the scopes that it comes to for this user: `.default` is replaced. */
export function withScopesOf(exchange: AuthorizeContext, { id }: TenantUser): AuthorizeContext {
  const { tenant, target, asked } = exchange
  const { clientId } = target.client
  const sought = { clientId, userId: id, scopes: asked.scopes, anew: asked.prompt === 'consent' }
  return { ...exchange, asked: { ...asked, scopes: scopesToAuthorize(tenant, sought) } }
}

/** For the authentication contexts that this browser's session does not satisfy yet. */
function askForProof(
  exchange: AuthorizeContext,
  account: SignedInAccount,
  user: TenantUser,
): FastifyReply | undefined {
  const { asked } = exchange
  const missing = asked.claims.contexts.filter((context) => !account.contexts.has(context))
  if (missing.length === 0) return undefined
  if (asked.prompt === 'none') throw new EntraError(50076, { claims: contextClaims(missing) })
  return showStepUp(exchange, user, missing)
}

function askForConsent(
  exchange: AuthorizeContext,
  user: TenantUser,
  consented: boolean,
  behind: readonly string[],
): FastifyReply | undefined {
  const { tenant, target, asked } = exchange
  const missing = missingConsent(tenant, user.id, target.client.clientId, asked.scopes)
  if (missing.length === 0 && (asked.prompt !== 'consent' || consented)) return undefined
  if (asked.prompt === 'none') throw new EntraError(65001)
  const all = [...new Set([...asked.scopes, ...behind])]
  const isForAdmin = missing.length > 0 && !canConsent(tenant, user, [...missing, ...behind])
  return isForAdmin
    ? showNeedApproval(exchange, user, [...new Set([...missing, ...behind])])
    : showConsent({ ...exchange, asked: { ...asked, scopes: all } }, user)
}

function issue(
  exchange: AuthorizeContext,
  account: SignedInAccount,
  user: TenantUser,
): FastifyReply {
  const { tenant, target, asked, request, reply } = exchange
  // The first sign-in of a user of another tenant makes the application present there.
  tenant.registry.admit(target.client.clientId)
  account.clientIds.add(target.client.clientId)
  const grant = grantedTo(exchange, account, user)
  const code = asked.responseTypes.has('code') ? issueCode(exchange, grant) : undefined
  return sendAnswer(
    tenant,
    target,
    { request, reply },
    {
      code,
      ...issueTokens(exchange, grant, code),
      client_info: asked.clientInfo ? clientInfo(tenant, user) : undefined,
      state: target.state,
      session_state: account.sid,
    },
  )
}

function grantedTo(
  { tenant, target, asked }: AuthorizeContext,
  account: SignedInAccount,
  user: TenantUser,
): Grant {
  // OpenID Connect Core section 2: with `max_age`, the time of the sign-in is required.
  const timed = asked.maxAge === undefined ? [] : ['auth_time']
  return {
    clientId: target.client.clientId,
    userId: user.id,
    ...ofTenant(tenant),
    scopes: asked.scopes,
    sid: account.sid,
    authenticatedAt: account.signedInAt,
    revocations: tenant.directory.revocations(user.id),
    contexts: asked.claims.contexts,
    idTokenClaims: [...asked.claims.idTokenClaims, ...timed],
    spaExpiresAt: target.platform === 'spa' ? tenant.now() + spaLifetime : undefined,
  }
}

function issueCode({ tenant, target, asked }: AuthorizeContext, grant: Grant): string {
  const { redirectUri, isRedirectImplied } = target
  const { nonce, challenge, claims } = asked
  const { handlesChallenges } = claims
  const code = { ...grant, redirectUri, isRedirectImplied, nonce, challenge, handlesChallenges }
  return tenant.codes.issue(code, tenant.now())
}

/** The tokens that `response_type` asks for; without a refresh token, which never goes by the browser. */
function issueTokens(
  { tenant, target, asked, request }: AuthorizeContext,
  grant: Grant,
  code: string | undefined,
): Answer {
  const { responseTypes, nonce, claims, version } = asked
  if (!responseTypes.has('token') && !responseTypes.has('id_token')) return {}
  const scopes = ofOneApi(asked.scopes, 'first').filter((scope) => scope !== 'offline_access')
  const answer = {
    client: target.client,
    proof: '0',
    grant,
    scopes,
    nonce,
    clientInfo: false,
  } as const
  const { handlesChallenges } = claims
  const token = issueOf(tenant, { ...answer, handlesChallenges, version }, undefined, 0)
  const access = responseTypes.has('token') ? accessToken(tenant, token) : undefined
  const fault = tenant.faults.consume('authorize', ['idToken'], request)
  const hashes = { code, accessToken: access }
  return {
    ...(access === undefined
      ? {}
      : {
          access_token: access,
          token_type: 'Bearer',
          expires_in: String(token.accessLifetime),
          scope: accessScopes(scopes).join(' '),
        }),
    id_token: responseTypes.has('id_token')
      ? String(idToken(tenant, token, fault, hashes))
      : undefined,
  }
}

/** Whether the user can grant these permissions for themselves. */
export function canConsent(
  { policies, registry }: TenantState,
  user: TenantUser,
  scopes: readonly string[],
): boolean {
  if (user.isAdmin) return true
  return !policies.adminConsentOnly && !scopes.some((scope) => needsAdmin(scope, registry))
}

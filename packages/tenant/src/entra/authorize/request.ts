/** Reads an authorization request: first the address that answers may go to, then the rest. */

import { platformOf, type Client } from '../../registry/client.ts'
import type { Platform } from '../../registry/redirect-uri.ts'
import type { TenantState } from '../../tenant-state.ts'
import { readIdTokenHint } from '../../tokens/id-token-hint.ts'
import { readClaimsRequest, type ClaimsRequest } from '../claims-request.ts'
import { findClient } from '../client/index.ts'
import { deviceRedirectUri } from '../device/index.ts'
import { EntraError } from '../errors.ts'
import type { CodeGrant } from '../grants.ts'
import { required, type Parameters } from '../parameters.ts'
import { parseScopes } from '../scopes.ts'
import { isImplicit, readResponseTypes, type ResponseType } from './response-type.ts'

/** Where the answer goes. Errors before this is settled are pages of our own, never a redirect. */
export interface Target {
  client: Client
  redirectUri: string
  /** The request named none, and it is the first that is registered. */
  isRedirectImplied: boolean
  /** Undefined: the tenant's own page, for device codes. */
  platform: Platform | undefined
  responseMode: ResponseMode
  state: string | undefined
  /** `prompt=none`: no page may be shown, and the answer may be in a frame of the application's page. */
  isSilent: boolean
}

export interface AuthorizeRequest {
  responseTypes: ReadonlySet<ResponseType>
  scopes: readonly string[]
  nonce: string | undefined
  challenge: CodeGrant['challenge']
  prompt: Prompt | undefined
  loginHint: string | undefined
  /** The id of the user of `id_token_hint`. */
  hintedUserId: string | undefined
  /** The session of an account in this browser, as the claim `sid` names it; MSAL sends it. */
  sid: string | undefined
  /** The longest time since the user signed in, seconds. */
  maxAge: number | undefined
  claims: ClaimsRequest
  /** Of an ID token in the answer: that of the endpoint. */
  version: 1 | 2
  /** Whether the answer carries `client_info`, for MSAL. */
  clientInfo: boolean
}

const responseModes = ['query', 'fragment', 'form_post'] as const
type ResponseMode = (typeof responseModes)[number]

const prompts = ['none', 'login', 'select_account', 'consent', 'create'] as const
type Prompt = (typeof prompts)[number]

/**
 * @param redirect whether a request without `redirect_uri` is answered at the first address that is registered: Entra
 * picks one (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc)
 * @throws EntraError 700016, 50011, 900144, 500113 if no address is registered
 */
export function readTarget(
  tenant: TenantState,
  parameters: Parameters,
  redirect: 'required' | 'optional' = 'required',
): Target {
  const client = findClient(tenant, required(parameters, 'client_id'))
  const asked = parameters.redirect_uri
  if (asked === undefined && redirect === 'required') required(parameters, 'redirect_uri')
  const redirectUri = asked ?? firstRedirectUri(client)
  const platform = platformOf(client, redirectUri, tenant.origin)
  if (platform === undefined && redirectUri !== deviceRedirectUri(tenant)) {
    throw new EntraError(50011, {
      message: `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${client.clientId}'.`,
    })
  }
  return {
    client,
    redirectUri,
    isRedirectImplied: asked === undefined,
    platform,
    responseMode: responseModeOf(parameters),
    state: parameters.state,
    isSilent: parameters.prompt === 'none',
  }
}

function firstRedirectUri({ redirectUris: [first] }: Client): string {
  if (first === undefined) throw new EntraError(500113)
  return first
}

/** Tokens never go in a query, which servers log: neither their answers nor the refusal of `query` for them. */
function responseModeOf(parameters: Parameters): ResponseMode {
  const asked = responseModes.find((mode) => mode === parameters.response_mode)
  const implicit = isImplicit(parameters.response_type)
  if (asked === undefined || (asked === 'query' && implicit)) return implicit ? 'fragment' : 'query'
  return asked
}

/** @throws EntraError to be sent to the target */
export function readAuthorizeRequest(
  tenant: TenantState,
  { client, platform }: Target,
  parameters: Parameters,
  version: 1 | 2,
): AuthorizeRequest {
  const responseTypes = readResponseTypes(client, required(parameters, 'response_type'))
  requireResponseMode(parameters, responseTypes)
  const scopes = parseScopes(required(parameters, 'scope'), tenant.registry)
  const asksForIdToken = responseTypes.has('id_token')
  // https://learn.microsoft.com/entra/identity-platform/reference-error-codes: 70005.
  if (asksForIdToken && !scopes.includes('openid')) {
    throw new EntraError(70005, {
      message: "The response type 'id_token' needs the scope 'openid'.",
    })
  }
  return {
    responseTypes,
    scopes,
    // Binds an ID token that comes by the browser to the request (OpenID Connect Core section 3.2.2.1).
    nonce: asksForIdToken ? required(parameters, 'nonce') : parameters.nonce,
    challenge: readChallenge(parameters, responseTypes.has('code') && platform === 'spa'),
    prompt: readPrompt(parameters.prompt),
    loginHint: parameters.login_hint,
    hintedUserId: readHint(tenant, parameters.id_token_hint),
    sid: parameters.sid,
    maxAge: readMaxAge(parameters.max_age),
    claims: readClaimsRequest(parameters.claims),
    version,
    clientInfo: parameters.client_info === '1',
  }
}

function requireResponseMode(parameters: Parameters, types: ReadonlySet<ResponseType>): void {
  const mode = parameters.response_mode
  if (mode !== undefined && !responseModes.some((known) => known === mode)) {
    throw new EntraError(90023, { message: `Unsupported 'response_mode' value '${mode}'.` })
  }
  // https://learn.microsoft.com/entra/identity-platform/reference-error-codes: 70007.
  if (mode === 'query' && (types.has('id_token') || types.has('token'))) {
    throw new EntraError(70007)
  }
}

/**
 * PKCE (RFC 7636): once given, it binds. A page has to send it, others may.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
function readChallenge(parameters: Parameters, isRequired: boolean): CodeGrant['challenge'] {
  const { code_challenge: value, code_challenge_method: method } = parameters
  if (value === undefined) {
    if (isRequired) throw new EntraError(9002325)
    // A method alone is a challenge that was lost on the way. Which number Entra gives is not documented.
    if (method !== undefined) required(parameters, 'code_challenge')
    return undefined
  }
  const used = method ?? 'plain'
  if (used !== 'S256' && used !== 'plain') throw new EntraError(501492)
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(value)) throw new EntraError(501491)
  return { value, method: used }
}

function readPrompt(value: string | undefined): Prompt | undefined {
  if (value === undefined) return undefined
  const prompt = prompts.find((candidate) => candidate === value)
  if (prompt) return prompt
  throw new EntraError(90023, { message: `Unsupported 'prompt' value '${value}'.` })
}

function readMaxAge(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,10}$/.test(value)) return Number(value)
  throw new EntraError(90023, { message: `Unsupported 'max_age' value '${value}'.` })
}

/** A hint that is not the tenant's is refused; no page of Microsoft's says what Entra does. */
function readHint(tenant: TenantState, hint: string | undefined): string | undefined {
  if (hint === undefined) return undefined
  for (const one of tenant.tenants) {
    const session = readIdTokenHint(one, hint)
    if (session) return session.user.id
  }
  throw new EntraError(50027, {
    message: "The value of 'id_token_hint' is no ID token of this tenant.",
  })
}

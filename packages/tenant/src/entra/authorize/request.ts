/** Reads an authorization request: first the address that answers may go to, then the rest. */

import { isRedirectUri, type Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { readClaimsRequest, type ClaimsRequest } from '../claims-request.ts'
import { findClient } from '../client/index.ts'
import { deviceRedirectUri } from '../device/index.ts'
import { EntraError } from '../errors.ts'
import type { CodeGrant } from '../grants.ts'
import { required, type Parameters } from '../parameters.ts'
import { parseScopes } from '../scopes.ts'

/** Where the answer goes. Errors before this is settled are pages of our own, never a redirect. */
export interface Target {
  client: Client
  redirectUri: string
  responseMode: ResponseMode
  state: string | undefined
}

export interface AuthorizeRequest {
  scopes: readonly string[]
  nonce: string | undefined
  challenge: CodeGrant['challenge']
  prompt: Prompt | undefined
  loginHint: string | undefined
  claims: ClaimsRequest
  /** Whether the answer carries `client_info`, for MSAL. */
  clientInfo: boolean
}

const responseModes = ['query', 'fragment', 'form_post'] as const
export type ResponseMode = (typeof responseModes)[number]

const prompts = ['none', 'login', 'select_account', 'consent'] as const
type Prompt = (typeof prompts)[number]

/** @throws EntraError 700016, 50011, 900144 */
export function readTarget(tenant: TenantState, parameters: Parameters): Target {
  const clientId = required(parameters, 'client_id')
  const client = findClient(tenant, clientId)
  const redirectUri = required(parameters, 'redirect_uri')
  if (!isRedirectUri(client, redirectUri) && redirectUri !== deviceRedirectUri(tenant)) {
    throw new EntraError(50011, {
      message: `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${client.clientId}'.`,
    })
  }
  const responseMode = responseModes.find((mode) => mode === parameters.response_mode) ?? 'query'
  return { client, redirectUri, responseMode, state: parameters.state }
}

/** @throws EntraError to be sent to the target */
export function readAuthorizeRequest(
  { registry }: TenantState,
  parameters: Parameters,
): AuthorizeRequest {
  const responseType = required(parameters, 'response_type')
  if (responseType !== 'code') {
    throw new EntraError(700051, { message: `response_type '${responseType}' is not enabled.` })
  }
  const responseMode = parameters.response_mode
  if (responseMode !== undefined && !responseModes.some((mode) => mode === responseMode)) {
    throw new EntraError(90023, { message: `Unsupported 'response_mode' value '${responseMode}'.` })
  }
  return {
    scopes: parseScopes(required(parameters, 'scope'), registry),
    nonce: parameters.nonce,
    challenge: readChallenge(parameters),
    prompt: readPrompt(parameters.prompt),
    loginHint: parameters.login_hint,
    claims: readClaimsRequest(parameters.claims),
    clientInfo: parameters.client_info === '1',
  }
}

/** PKCE (RFC 7636) is optional, as in Entra; once given, it binds. */
function readChallenge(parameters: Parameters): CodeGrant['challenge'] {
  const { code_challenge: value, code_challenge_method: method = 'plain' } = parameters
  if (value === undefined) return undefined
  if (method !== 'S256' && method !== 'plain') throw new EntraError(501492)
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(value)) throw new EntraError(501491)
  return { value, method }
}

function readPrompt(value: string | undefined): Prompt | undefined {
  if (value === undefined) return undefined
  const prompt = prompts.find((candidate) => candidate === value)
  if (prompt) return prompt
  throw new EntraError(90023, { message: `Unsupported 'prompt' value '${value}'.` })
}

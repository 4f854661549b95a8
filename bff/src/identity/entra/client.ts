/**
 * Entra through MSAL: one client per operation, always. A shared one writes one user's tokens into
 * another's cache partition, and throttles everybody for one user's failure.
 */
import {
  ConfidentialClientApplication,
  ResponseMode,
  type AuthorizationUrlRequest,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import type { Discovery, Metadata } from './discovery.ts'
import { EntraError, untrusted } from './errors.ts'
import type { EntraAnswer, EntraNetwork } from './network.ts'
import { readTokenResponse, refusalIn, type TokenResponse } from './token-response.ts'

export interface ClientConfig {
  readonly tenant: string
  readonly allowedTenants: readonly string[] | undefined
  readonly clientId: string
  readonly clientSecret: string
  readonly authority: string
  readonly redirectUri: string
}

export interface SignInRequest {
  state: string
  nonce: string
  codeChallenge: string
  scopes: readonly string[]
  prompt?: 'select_account'
  loginHint?: string
  domainHint?: string
  claims?: string
}

/** An authorization code, and what its transaction kept for the moment when it arrives. */
export interface CodeGrant {
  code: string
  verifier: string
  nonce: string
  scopes: readonly string[]
  claims?: string
}

export interface EntraClient {
  /** The address that a sign-in starts at. @throws EntraError */
  authorizeUrl(request: SignInRequest): Promise<string>
  /** Exchanges a code for tokens; nothing in the answer is verified yet. @throws EntraError */
  redeemCode(grant: CodeGrant): Promise<TokenResponse>
  /** Exchanges a refresh token; nothing in the answer is verified yet. @throws EntraError */
  refresh(refreshToken: string, scopes: readonly string[], claims?: string): Promise<TokenResponse>
}

export function createEntraClient(
  config: ClientConfig,
  discovery: Discovery,
  network: EntraNetwork,
): EntraClient {
  /** Runs one operation on a client of its own, and keeps the raw answer that MSAL saw. */
  async function exchange(
    operation: (client: ConfidentialClientApplication) => Promise<unknown>,
  ): Promise<TokenResponse> {
    const wire = recordingNetwork(network)
    const client = createMsalClient(config, await discovery.metadata(), wire.module)
    try {
      await operation(client)
    } catch (error) {
      // What came over the wire says more than the error that MSAL makes of it.
      throw (
        wire.failure() ?? refusalIn(wire.answer()) ?? untrusted('token_response', { cause: error })
      )
    }
    return readTokenResponse(wire.answer())
  }

  return {
    authorizeUrl: async ({ codeChallenge, prompt, loginHint, domainHint, claims, ...request }) => {
      const wire = recordingNetwork(network)
      const client = createMsalClient(config, await discovery.metadata(), wire.module)
      const url = await client.getAuthCodeUrl({
        ...request,
        scopes: [...request.scopes],
        redirectUri: config.redirectUri,
        responseMode: ResponseMode.QUERY,
        codeChallenge,
        codeChallengeMethod: 'S256',
        ...(prompt && { prompt }),
        ...(loginHint && { loginHint }),
        ...(domainHint && { domainHint }),
        ...(claims && { claims }),
      } satisfies AuthorizationUrlRequest)
      assertProtected(url, request.state, codeChallenge)
      return url
    },

    redeemCode: ({ code, verifier, nonce, scopes, claims }) =>
      exchange((client) =>
        client.acquireTokenByCode({
          code,
          codeVerifier: verifier,
          scopes: [...scopes],
          redirectUri: config.redirectUri,
          // MSAL refuses a token with a nonce that it was not told. The check that counts is ours.
          nonce,
          ...(claims && { claims }),
        }),
      ),

    refresh: (refreshToken, scopes, claims) =>
      exchange((client) =>
        client.acquireTokenByRefreshToken({
          refreshToken,
          scopes: [...scopes],
          forceCache: true,
          ...(claims && { claims }),
        }),
      ),
  }
}

function createMsalClient(
  config: ClientConfig,
  metadata: Metadata,
  networkClient: INetworkModule,
): ConfidentialClientApplication {
  // MSAL refuses an http authority but takes endpoints from the metadata as they are. Spelling the
  // authority with https gives Entra and a tenant on loopback one and the same code path.
  const { host } = new URL(config.authority)
  return new ConfidentialClientApplication({
    auth: {
      clientId: config.clientId,
      clientSecret: config.clientSecret,
      // Says that this app understands claims challenges: without it Graph sends none, and tokens
      // outlive what happened to their user (continuous access evaluation, Microsoft).
      clientCapabilities: ['cp1'],
      authority: `https://${host}/${config.tenant}`,
      knownAuthorities: [host],
      authorityMetadata: JSON.stringify(metadata),
    },
    system: { networkClient },
  })
}

/** MSAL drops what it does not understand without a word; a sign-in without these is not protected. */
function assertProtected(url: string, state: string, codeChallenge: string): void {
  const query = new URL(url).searchParams
  const complete =
    query.get('state') === state &&
    query.get('nonce') &&
    query.get('code_challenge') === codeChallenge &&
    query.get('code_challenge_method') === 'S256' &&
    query.get('response_type') === 'code'
  if (!complete) throw new EntraError('entra_untrusted', 'The sign-in address lacks a protection')
}

/** An MSAL network module over ours that keeps the last answer, or the failure, of its operation. */
function recordingNetwork(network: EntraNetwork) {
  let answer: EntraAnswer | undefined
  let failure: unknown

  async function record<T>(send: Promise<EntraAnswer>): Promise<NetworkResponse<T>> {
    try {
      answer = await send
      return { ...answer, body: answer.body as T }
    } catch (error) {
      failure = error
      throw error
    }
  }

  const module: INetworkModule = {
    sendGetRequestAsync: <T>(url: string) => record<T>(network.get(url)),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      record<T>(network.post(url, options?.headers ?? {}, options?.body ?? '')),
  }
  return { module, answer: () => answer, failure: () => failure }
}

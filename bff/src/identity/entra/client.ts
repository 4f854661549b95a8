/**
 * Entra through MSAL: one client per operation, always. A shared one writes one user's tokens into
 * another's cache partition, and throttles everybody for one user's failure.
 */
import {
  ConfidentialClientApplication,
  ResponseMode,
  type AuthorizationUrlRequest,
  type INetworkModule,
} from '@azure/msal-node'
import type { CredentialConfig } from '../../config/index.ts'
import type { ClientAuthentication } from './credential-sources.ts'
import type { Credentials } from './credentials.ts'
import type { Discovery, Metadata } from './discovery.ts'
import { EntraError, untrusted } from './errors.ts'
import type { EntraNetwork } from './network.ts'
import { recordingNetwork } from './recording-network.ts'
import { readTokenResponse, refusalIn, type TokenResponse } from './token-response.ts'

export interface ClientConfig {
  readonly tenant: string
  readonly allowedTenants: readonly string[] | undefined
  readonly clientId: string
  readonly credentials: readonly CredentialConfig[]
  readonly authority: string
  readonly issuer: string | undefined
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
  /**
   * Asks for a token of the app's own, which is thrown away: does Entra take the credential?
   *
   * @param scope such as https://graph.microsoft.com/.default. @throws EntraError
   */
  prove(scope: string): Promise<void>
}

export function createEntraClient(
  config: ClientConfig,
  discovery: Discovery,
  network: EntraNetwork,
  credentials: Credentials,
): EntraClient {
  /** Runs one operation on a client of its own, and reads the raw answer that MSAL saw. */
  async function exchangeWith(
    auth: ClientAuthentication,
    operation: (client: ConfidentialClientApplication) => Promise<unknown>,
  ): Promise<TokenResponse> {
    const wire = recordingNetwork(network)
    const client = createMsalClient(config, auth, await discovery.metadata(), wire.module)
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

  const exchange = (operation: (client: ConfidentialClientApplication) => Promise<unknown>) =>
    credentials.use((auth) => exchangeWith(auth, operation))

  return {
    authorizeUrl: async ({ codeChallenge, prompt, loginHint, domainHint, claims, ...request }) => {
      const wire = recordingNetwork(network)
      const client = createMsalClient(config, noProof, await discovery.metadata(), wire.module)
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

    prove: async (scope) => {
      try {
        await exchange((client) => client.acquireTokenByClientCredential({ scopes: [scope] }))
      } catch (error) {
        if (!(error instanceof EntraError) || error.aadsts !== unsupportedGrant) throw error
        // A stand-in without this grant tells as much about the client by refusing a code.
        const { redirectUri } = config
        await exchange((client) =>
          client.acquireTokenByCode({ code: 'made-up', scopes: ['openid'], redirectUri }),
        )
      }
    },
  }
}

/** AADSTS70003. */
const unsupportedGrant = 70003

/** An address needs no credential, and MSAL no reason to read one. */
const noProof: ClientAuthentication = {
  clientAssertion: () => Promise.reject(new Error('No token is asked for here')),
}

function createMsalClient(
  config: ClientConfig,
  auth: ClientAuthentication,
  metadata: Metadata,
  networkClient: INetworkModule,
): ConfidentialClientApplication {
  // MSAL refuses an http authority but takes endpoints from the metadata as they are. Spelling the
  // authority with https gives Entra and a tenant on loopback one and the same code path.
  const { host } = new URL(config.authority)
  return new ConfidentialClientApplication({
    auth: {
      clientId: config.clientId,
      ...auth,
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

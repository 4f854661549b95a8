/**
 * Entra through MSAL: one client per operation, always. A shared one writes one user's tokens into
 * another's cache partition, and throttles everybody for one user's failure.
 */
import {
  type AuthorizationUrlRequest,
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  ResponseMode,
} from '@azure/msal-node'
import type { CredentialConfig } from '../config/index.ts'
import type { ClientAuthentication } from './credential-sources.ts'
import type { Credentials } from './credentials.ts'
import type { Discovery, Metadata } from './discovery.ts'
import { EntraError, untrusted, withoutWords } from './errors.ts'
import type { EntraAnswer, EntraNetwork } from './network.ts'
import { readTokenResponse, refusalIn, type TokenResponse, unusable } from './token-response.ts'

export interface ClientConfig {
  readonly tenant: string
  readonly allowedTenants: readonly string[] | undefined
  readonly clientId: string
  readonly credentials: readonly CredentialConfig[]
  readonly authority: string
  readonly issuer: string | undefined
  readonly redirectUri: string
}

interface SignInRequest {
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
interface CodeGrant {
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
    const metadata = await discovery.metadata()
    const wire = recordingNetwork(network)
    try {
      await operation(createMsalClient(config, auth, metadata, wire.module))
    } catch (error) {
      // What came over the wire says more than the error that MSAL makes of it, which quotes Entra.
      const answer = wire.answer()
      throw wire.failure() ?? refusalIn(answer) ?? unusable(answer, withoutWords(error))
    }
    return readTokenResponse(wire.answer())
  }

  async function addressOf(request: AuthorizationUrlRequest): Promise<string> {
    const metadata = await discovery.metadata()
    const wire = recordingNetwork(network)
    try {
      const client = createMsalClient(config, noProof, metadata, wire.module)
      return await client.getAuthCodeUrl(request)
    } catch (error) {
      throw wire.failure() ?? untrusted('authorize_url', { cause: withoutWords(error) })
    }
  }

  const exchange = (operation: (client: ConfidentialClientApplication) => Promise<unknown>) =>
    credentials.use((auth) => exchangeWith(auth, operation))

  return {
    authorizeUrl: async (request) => {
      const { state, nonce, codeChallenge, scopes, prompt, loginHint, domainHint, claims } = request
      // Each by its name: whatever else MSAL understands must not get here from a link.
      const url = await addressOf({
        state,
        nonce,
        scopes: [...scopes],
        redirectUri: config.redirectUri,
        responseMode: ResponseMode.QUERY,
        codeChallenge,
        codeChallengeMethod: 'S256',
        ...(prompt && { prompt }),
        ...(loginHint && { loginHint }),
        ...(domainHint && { domainHint }),
        ...(claims && { claims }),
      })
      assertProtected(url, state, codeChallenge)
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
      await exchange((client) => client.acquireTokenByClientCredential({ scopes: [scope] }))
    },
  }
}

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

// What MSAL sees of the network, and what really came over the wire.

/** An MSAL network module over ours that keeps the last answer, or the failure, of its operation. */
export function recordingNetwork(network: EntraNetwork) {
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
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      record<T>(network.get(url, options?.headers ?? {})),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      record<T>(network.post(url, options?.headers ?? {}, options?.body ?? '')),
  }
  return { module, answer: () => answer, failure: () => failure }
}

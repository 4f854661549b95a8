/**
 * Entra through MSAL. Every request for tokens has an MSAL client of its own: a shared one writes one user's
 * tokens into another's cache partition, and throttles all users for one user's failure.
 */
import { parse } from 'node:querystring'
import type * as Msal from '@azure/msal-node'
import type {
  AuthorizationUrlRequest,
  ConfidentialClientApplication,
  INetworkModule,
} from '@azure/msal-node'
import type { Config, CredentialConfig } from '../config/index.ts'
import type { ProxySettings } from '../outgoing/index.ts'
import type { Credentials } from './credentials/index.ts'
import type { ClientAuthentication } from './credentials/sources.ts'
import type { Discovery, Metadata } from './discovery.ts'
import { checkFailed, EntraError, withoutWords } from './errors.ts'
import { capturingNetwork, type EntraNetwork } from './network.ts'
import { oauthErrorIn, readTokenResponse, type TokenResponse, unusable } from './token-response.ts'

export interface ClientConfig {
  readonly tenant: string
  readonly allowedTenants: readonly string[] | undefined
  readonly clientId: string
  readonly credentials: readonly CredentialConfig[]
  readonly authority: string
  readonly downstreamApis: Config['downstreamApis']
  readonly issuer: string | undefined
  readonly redirectUri: string
  readonly proxy: ProxySettings
  readonly usesLocalTenant: boolean
}

export interface SignInRequest {
  state: string
  nonce: string
  codeChallenge: string
  scopes: readonly string[]
  prompt?: 'select_account' | 'none'
  loginHint?: string
  domainHint?: string
  claims?: string
}

/** An authorization code, and what the transaction kept for it. */
export interface CodeGrant {
  code: string
  verifier: string
  nonce: string
  scopes: readonly string[]
  claims?: string
}

/**
 * Requests tokens: one client for each request.
 *
 * @returns a function that reads the raw answer, which says more than MSAL's errors; they quote what Entra wrote
 */
function createExchange(
  config: ClientConfig,
  discovery: Discovery,
  network: EntraNetwork,
  credentials: Credentials,
) {
  return (operation: Operation): Promise<TokenResponse> =>
    credentials.use(async (auth) => {
      const metadata = await discovery.metadata()
      const captured = capturingNetwork(network)
      try {
        await operation(await createMsalClient(config, auth, metadata, captured.module))
      } catch (error) {
        const answer = captured.answer()
        throw captured.failure() ?? oauthErrorIn(answer) ?? unusable(answer, withoutWords(error))
      }
      return readTokenResponse(captured.answer())
    })
}

/** @returns a function that gives the client for addresses. Users can share it: it has no tokens */
function createAddressClient(config: ClientConfig, discovery: Discovery, network: EntraNetwork) {
  let current: { metadata: Metadata; client: ConfidentialClientApplication } | undefined

  return async () => {
    const metadata = await discovery.metadata()
    if (current?.metadata === metadata) return current.client
    const { module } = capturingNetwork(network)
    const client = await createMsalClient(config, noCredential, metadata, module)
    current = { metadata, client }
    return client
  }
}

export function createEntraClient(
  config: ClientConfig,
  discovery: Discovery,
  network: EntraNetwork,
  credentials: Credentials,
) {
  const addressClient = createAddressClient(config, discovery, network)
  const exchange = createExchange(config, discovery, network, credentials)
  return {
    /** The address that a sign-in starts at. @throws EntraError */
    authorizeUrl: async (request: SignInRequest): Promise<string> => {
      const client = await addressClient()
      const url = await client
        .getAuthCodeUrl(authorizeRequest(config, request))
        .catch((error: unknown) => {
          throw checkFailed('authorize_url', { cause: withoutWords(error) })
        })
      assertProtected(url, request)
      return url
    },

    /** Exchanges a code for tokens; nothing in the answer is verified yet. @throws EntraError */
    redeemCode: ({ code, verifier, nonce, scopes, claims }: CodeGrant) =>
      exchange((client) =>
        client.acquireTokenByCode({
          code,
          codeVerifier: verifier,
          scopes: [...scopes],
          redirectUri: config.redirectUri,
          // MSAL rejects a token with a nonce that it was not told. The check that counts is ours.
          nonce,
          ...(claims && { claims }),
        }),
      ),

    /** Exchanges a refresh token; nothing in the answer is verified yet. @throws EntraError */
    refresh: (refreshToken: string, scopes: readonly string[], claims?: string) =>
      exchange((client) =>
        client.acquireTokenByRefreshToken({
          refreshToken,
          scopes: [...scopes],
          forceCache: true,
          ...(claims && { claims }),
        }),
      ),

    /**
     * A token of the application itself; it also shows whether Entra accepts the credential. Nothing in the answer is
     * verified yet.
     *
     * @param scope such as https://graph.microsoft.com/.default
     * @param claims a claims request (JSON) of the API. @throws EntraError
     */
    applicationToken: (scope: string, claims?: string) =>
      exchange(clientCredentials(scope, claims)),
  }
}

type Operation = (client: ConfidentialClientApplication) => Promise<unknown>

/** RFC 6749 §4.4. @param claims a claims request (JSON) */
function clientCredentials(scope: string, claims?: string): Operation {
  return (client) =>
    client.acquireTokenByClientCredential({ scopes: [scope], ...(claims && { claims }) })
}

/** Takes each parameter by its name, so that a link cannot set others that MSAL understands. */
function authorizeRequest(config: ClientConfig, request: SignInRequest): AuthorizationUrlRequest {
  const { state, nonce, codeChallenge, scopes, prompt, loginHint, domainHint, claims } = request
  return {
    state,
    nonce,
    scopes: [...scopes],
    redirectUri: config.redirectUri,
    responseMode: 'query',
    codeChallenge,
    codeChallengeMethod: 'S256',
    ...(prompt && { prompt }),
    ...(loginHint && { loginHint }),
    ...(domainHint && { domainHint }),
    ...(claims && { claims }),
  }
}

/** An address needs no credential. */
const noCredential: ClientAuthentication = {
  clientAssertion: () => Promise.reject(new Error('No token is asked for here')),
}

/** Loaded by the first sign-in: until then it would only make the server start later. */
let msal: typeof Msal | undefined

async function createMsalClient(
  config: ClientConfig,
  auth: ClientAuthentication,
  metadata: Metadata,
  networkClient: INetworkModule,
): Promise<ConfidentialClientApplication> {
  msal ??= await import('@azure/msal-node')
  // MSAL refuses an http authority, but takes the endpoints of the metadata as they are. With https
  // here, Entra and a tenant on loopback share one code path.
  const { host } = new URL(config.authority)
  return new msal.ConfidentialClientApplication({
    auth: {
      clientId: config.clientId,
      ...auth,
      // This app understands claims challenges. Without it Graph sends none, and a token stays valid
      // after its user was disabled (continuous access evaluation, Microsoft).
      clientCapabilities: ['cp1'],
      authority: `https://${host}/${config.tenant}`,
      knownAuthorities: [host],
      authorityMetadata: JSON.stringify(metadata),
    },
    system: { networkClient },
  })
}

/** MSAL drops silently what it does not understand. A sign-in without these is not protected. */
function assertProtected(url: string, { state, nonce, codeChallenge }: SignInRequest): void {
  // A parameter that is there twice is a list, and equals nothing.
  const query = parse(url.slice(url.indexOf('?') + 1))
  const complete =
    query['state'] === state &&
    query['nonce'] === nonce &&
    query['code_challenge'] === codeChallenge &&
    query['code_challenge_method'] === 'S256' &&
    query['response_type'] === 'code'
  if (!complete) throw new EntraError('entra_untrusted', 'The sign-in address lacks a protection')
}

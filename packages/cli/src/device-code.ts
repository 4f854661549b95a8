/** Signs in on any browser, with a code: MSAL's device code flow (RFC 8628). */

import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import { ownAddress } from '@gatehouse/fastify/config'
import { SetupError } from './errors.ts'
import type { Answer, Network, NetworkRequest } from './network.ts'
import { printError, withProgress } from './output.ts'

/** "Microsoft Graph Command Line Tools", which every tenant has. Consent to it is visible there. */
const clientId = '14d82eec-204b-4c2f-b7e8-296a70dab67e'

/** All that the commands need: applications and their service principals. */
const scopes = ['Application.ReadWrite.All']

/** @throws SetupError with the reason */
export async function tokenByDeviceCode(
  network: Network,
  { document }: Metadata,
  authority: string,
  tenant: string,
): Promise<string> {
  let last: Answer | undefined
  // Loaded here: a run with a token needs none of its 120 modules.
  const { PublicClientApplication } = await import('@azure/msal-node')
  const client = new PublicClientApplication({
    auth: {
      clientId,
      // MSAL accepts https only; requests go to the addresses of the metadata, for the local tenant too.
      authority: `https://${new URL(authority).host}/${tenant}`,
      knownAuthorities: [new URL(authority).host],
      authorityMetadata: JSON.stringify(document),
    },
    system: { networkClient: msalNetwork(network, (answer) => (last = answer)) },
  })
  try {
    const result = await withProgress('Waiting for the sign-in', () =>
      client.acquireTokenByDeviceCode({
        scopes,
        deviceCodeCallback: ({ verificationUri, userCode }) =>
          printError(`\nOpen ${verificationUri} and enter the code ${userCode}\n`),
      }),
    )
    if (result) return result.accessToken
    throw new Error('MSAL gave no token')
  } catch (error) {
    throw error instanceof SetupError ? error : toSetupError(error, last)
  }
}

function toSetupError(error: unknown, last: Answer | undefined): SetupError {
  const { errorCode } = error as { errorCode?: string }
  const body = (last?.body ?? {}) as { error?: string; error_description?: string }
  const number = /AADSTS\d+/.exec(body.error_description ?? '')?.[0]
  const cause = { cause: error }
  if (errorCode === 'device_code_expired' || body.error === 'expired_token') {
    const next = 'Run the command again and enter the new code within 15 minutes.'
    return new SetupError('sign_in', 'The code expired before the sign-in.', next, cause)
  }
  if (body.error === 'authorization_declined' || body.error === 'access_denied') {
    return new SetupError(
      'sign_in',
      `The sign-in or its consent was refused${number ? ` (${number})` : ''}.`,
      'Run the command again and accept the permission to manage applications; if only administrators may, sign in as one, or do it by hand: docs/connect-your-tenant.md.',
      cause,
    )
  }
  return new SetupError(
    'sign_in',
    `Microsoft Entra refused the sign-in (${number ?? body.error ?? 'no reason given'}).`,
    'Look at --tenant and --cloud; if policies forbid device codes, use --sign-in azure-cli.',
    cause,
  )
}

/** MSAL's network interface on ours; `onAnswer` gets what MSAL's errors leave out. */
function msalNetwork(network: Network, onAnswer: (answer: Answer) => void): INetworkModule {
  async function send<T>(sending: NetworkRequest): Promise<NetworkResponse<T>> {
    const answer = await network.send(sending)
    onAnswer(answer)
    return { ...answer, body: (answer.body ?? {}) as T }
  }
  return {
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      send<T>({ method: 'GET', url, headers: { ...options?.headers } }),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      send<T>({
        method: 'POST',
        url,
        headers: { ...options?.headers },
        body: options?.body ?? '',
      }),
  }
}

/** The metadata of the sign-in service. */
interface Metadata {
  /** For MSAL: the issuer, and the addresses, all of which are the authority's. */
  document: Readonly<Record<string, string>>
  /** Undefined for `organizations`. */
  tenantId: string | undefined
}

/** Every address that a sign-in can use. MSAL requires `jwks_uri`. Others are not passed on. */
const required = ['token_endpoint', 'authorization_endpoint', 'jwks_uri'] as const
const optional = ['device_authorization_endpoint'] as const

/**
 * Reads the metadata of a tenant, and finds the tenant id of a domain.
 *
 * @throws SetupError for an unknown tenant, and for a document with addresses of another host
 */
export async function discover(
  network: Network,
  authority: string,
  tenant: string,
): Promise<Metadata> {
  const url = `${authority}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`
  const { status, body } = await network.send({ method: 'GET', url })
  const members = body as Record<string, unknown> | undefined
  if (status === 200 && typeof members?.['issuer'] === 'string') {
    const tenantId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(members['issuer'])?.[0]
    const document = { issuer: members['issuer'], ...ownAddresses(members, authority) }
    return { document, tenantId: tenantId?.toLowerCase() }
  }
  if (status >= 400 && status < 500) {
    throw new SetupError(
      'wrong_tenant',
      `${new URL(authority).host} knows no tenant ${tenant}.`,
      'Look at the id (portal, Overview) or domain given with --tenant, and at --cloud.',
    )
  }
  throw new SetupError(
    'offline',
    `${new URL(authority).host} did not answer as a sign-in service (status ${status}).`,
    'Check whether a proxy stands in between, and try again in a few minutes.',
  )
}

/** An administrator signs in at these addresses, so none may be of another host (RFC 9700 §4.4). */
function ownAddresses(members: Record<string, unknown>, authority: string) {
  const present = optional.filter((name) => members[name] !== undefined)
  return Object.fromEntries(
    [...required, ...present].map((name) => {
      const address = ownAddress(members[name], authority)
      if (address !== undefined) return [name, address]
      throw new SetupError(
        'offline',
        `${new URL(authority).host} names an address that is not its own (${name}).`,
        'Check whether there is a proxy in between: it could read this sign-in.',
      )
    }),
  )
}

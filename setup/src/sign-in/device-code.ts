/** Sign-in on any browser, with a code shown here: MSAL's device code flow (RFC 8628). */
import {
  PublicClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import { SetupError } from '../errors.ts'
import type { Answer, Network, Sending } from '../network.ts'
import { note, withProgress } from '../output.ts'
import type { Metadata } from './discovery.ts'

/** "Microsoft Graph Command Line Tools", which every tenant has; consent to it stays visible there. */
const clientId = '14d82eec-204b-4c2f-b7e8-296a70dab67e'

/** Of the roles that somebody has, what the commands use: applications and their service principals. */
const scopes = ['Application.ReadWrite.All']

/** @throws SetupError in the words of what happened */
export async function tokenByDeviceCode(
  network: Network,
  { document }: Metadata,
  authority: string,
  tenant: string,
): Promise<string> {
  let last: Answer | undefined
  const client = new PublicClientApplication({
    auth: {
      clientId,
      // MSAL accepts https only; requests go where the metadata says, for the local tenant too.
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
          note(`\nOpen ${verificationUri} and enter the code ${userCode}\n`),
      }),
    )
    if (result) return result.accessToken
    throw new Error('MSAL gave no token')
  } catch (error) {
    throw error instanceof SetupError ? error : meaningOf(error, last)
  }
}

function meaningOf(error: unknown, last: Answer | undefined): SetupError {
  const { errorCode } = error as { errorCode?: string }
  const body = (last?.body ?? {}) as { error?: string; error_description?: string }
  const number = /AADSTS\d+/.exec(body.error_description ?? '')?.[0]
  const cause = { cause: error }
  if (errorCode === 'device_code_expired' || body.error === 'expired_token') {
    const next = 'Run the command again and enter the new code within 15 minutes.'
    return new SetupError('sign_in', 'The code expired before anybody signed in.', next, cause)
  }
  if (body.error === 'authorization_declined' || body.error === 'access_denied') {
    return new SetupError(
      'sign_in',
      `The sign-in or its consent was refused${number ? ` (${number})` : ''}.`,
      'Run the command again and accept the permission to manage applications; where only administrators may, sign in as one, or do it by hand: docs/connect-your-tenant.md.',
      cause,
    )
  }
  return new SetupError(
    'sign_in',
    `Microsoft Entra refused the sign-in (${number ?? body.error ?? 'no reason given'}).`,
    'Look at --tenant and --cloud; where policies forbid device codes, use --sign-in azure-cli.',
    cause,
  )
}

/** MSAL's two verbs on our network; `onAnswer` sees what its errors leave out. */
function msalNetwork(network: Network, onAnswer: (answer: Answer) => void): INetworkModule {
  async function send<T>(sending: Sending): Promise<NetworkResponse<T>> {
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

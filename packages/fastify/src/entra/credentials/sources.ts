/** Reads each kind of credential when it is needed, so that a replaced file counts without a restart. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { INetworkModule, NodeAuthOptions } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import {
  type CredentialConfig,
  type KeyPair,
  readKeyPair,
  readSecretFileAsync,
} from '../../config/index.ts'
import { errorIn, withoutWords } from '../errors.ts'
import { capturingNetwork, type EntraNetwork } from '../network.ts'

/** What MSAL takes as the app's credential. */
export type ClientAuthentication =
  | Required<Pick<NodeAuthOptions, 'clientSecret'>>
  | Required<Pick<NodeAuthOptions, 'clientAssertion'>>
  | Required<Pick<NodeAuthOptions, 'clientCertificate'>>

/** A credential as it is now. */
export interface LoadedCredential {
  auth: ClientAuthentication
  /** Changes with the credential. A hash, so that it reveals nothing. */
  version: string
  /** Milliseconds since the epoch; undefined if it is not known, or the platform renews it. */
  endsAt: number | undefined
}

/** A credential that cannot be used. The message completes "the credential …" and holds no value. */
export class CredentialUnavailable extends Error {
  readonly code = 'credential_unavailable'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CredentialUnavailable'
  }
}

type LoadCredential = () => Promise<LoadedCredential>

/** @returns a function that reads the credential, and throws CredentialUnavailable */
export function credentialLoader(
  credential: CredentialConfig,
  managedIdentity: ManagedIdentity,
  now: () => number,
): LoadCredential {
  const { kind } = credential
  if (kind === 'secret') return async () => loadedSecret(credential.value, credential.endsAt)
  if (kind === 'secret_file') {
    return async () => loadedSecret(await textOf(credential.file), credential.endsAt)
  }
  if (kind === 'certificate') return certificateLoader(credential, now)
  if (kind === 'assertion_file') {
    return async () => loadedAssertion(await textOf(credential.file), now)
  }
  return async () => loadedAssertion(await managedIdentity.assertion(credential), now)
}

function loadedSecret(clientSecret: string, endsAt: number | undefined): LoadedCredential {
  return { auth: { clientSecret }, version: digest(clientSecret), endsAt }
}

/** RFC 7515 §7.1. */
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** A token that the platform renews by itself. */
function loadedAssertion(assertion: string, now: () => number): LoadedCredential {
  // jose's decoder accepts more than Entra, which would report a wrong signature.
  if (!compact.test(assertion)) {
    const isBroken = /\s/.test(assertion)
    const sentence = isBroken ? 'has white space within its token (JWT)' : 'is no token (JWT)'
    throw new CredentialUnavailable(sentence)
  }
  let expires: number | undefined
  try {
    expires = decodeJwt(assertion).exp
  } catch (error) {
    throw new CredentialUnavailable('is no token (JWT)', { cause: withoutWords(error) })
  }
  if (expires !== undefined && expires * 1000 <= now()) {
    throw new CredentialUnavailable('is an expired token; its platform did not renew it')
  }
  const clientAssertion = () => Promise.resolve(assertion)
  return { auth: { clientAssertion }, version: digest(assertion), endsAt: undefined }
}

function certificateLoader(
  files: { certificateFile: string; privateKeyFile: string },
  now: () => number,
): LoadCredential {
  // Parsed only if the text changed: parsing takes longer than reading.
  let parsed: { version: string; pair: KeyPair } | undefined
  return async () => {
    const certificate = await textOf(files.certificateFile)
    const privateKey = await textOf(files.privateKeyFile)
    const version = digest(`${certificate}\n${privateKey}`)
    if (parsed?.version !== version) {
      const pair = readKeyPair(certificate, privateKey)
      if (typeof pair === 'string') throw new CredentialUnavailable(pair)
      parsed = { version, pair }
    }
    const { thumbprintSha256, privateKey: key, chain, startsAt, endsAt } = parsed.pair
    if (endsAt <= now()) throw new CredentialUnavailable('has expired')
    if (startsAt > now()) throw new CredentialUnavailable('is not valid yet')
    const clientCertificate = { thumbprintSha256, privateKey: key, x5c: chain }
    return { auth: { clientCertificate }, version, endsAt }
  }
}

async function textOf(path: string): Promise<string> {
  const { content, fault } = await readSecretFileAsync(path)
  if (content === undefined) throw new CredentialUnavailable(`has ${fault}`)
  return content
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

const metadataService = 'http://169.254.169.254'

/** The network of the token request that is running. */
const currentNetwork = new AsyncLocalStorage<INetworkModule>()

/**
 * MSAL keeps the first network that it gets for the whole process, even after it was closed. So it gets
 * this one, which passes each request to the caller's own.
 */
const networkClient: INetworkModule = {
  sendGetRequestAsync: (url, options) => current().sendGetRequestAsync(url, options),
  sendPostRequestAsync: (url, options) => current().sendPostRequestAsync(url, options),
}

function current(): INetworkModule {
  const network = currentNetwork.getStore()
  if (!network) throw new Error('No token of a managed identity was asked for')
  return network
}

export type ManagedIdentity = Pick<ReturnType<typeof createManagedIdentity>, 'assertion'>

/**
 * The managed identity that Azure gives to an app that runs there, in place of a secret. MSAL finds out
 * which of Azure's services this is, and keeps a token while it is valid.
 *
 * @param audience of the token, which differs between Microsoft's clouds; see `Cloud`
 */
export function createManagedIdentity(network: EntraNetwork, audience: string) {
  /** @throws CredentialUnavailable if this is not Azure, or has no such identity */
  async function token({
    clientId,
    address = metadataService,
  }: {
    clientId: string | undefined
    address: string | undefined
  }): Promise<{ token: string; endsAt: number | undefined }> {
    const captured = capturingNetwork({
      ...network,
      get: (url, headers) => network.get(url.replace(metadataService, address), headers),
      // The services that MSAL knows take GET, except one that is not supported here.
      post: () => Promise.reject(new Error('GET only')),
    })
    const { ManagedIdentityApplication } = await import('@azure/msal-node')
    const application = new ManagedIdentityApplication({
      ...(clientId && { managedIdentityIdParams: { userAssignedClientId: clientId } }),
      system: {
        networkClient,
        // A person waits at a browser, and another credential may work.
        disableInternalRetries: true,
      },
    })
    try {
      const acquire = () => application.acquireToken({ resource: audience })
      const { accessToken, expiresOn } = await currentNetwork.run(captured.module, acquire)
      // MSAL reads some errors as a success with an empty token.
      if (accessToken) return { token: accessToken, endsAt: expiresOn?.getTime() }
      throw new Error('no token')
    } catch (error) {
      const sentence = 'cannot be fetched: no managed identity answers here'
      const answer = captured.answer()
      const cause = captured.failure() ?? (answer && errorIn(answer)) ?? withoutWords(error)
      throw new CredentialUnavailable(sentence, { cause })
    }
  }

  return {
    token,
    /** The token alone. @throws CredentialUnavailable as `token` does */
    assertion: async (identity: Parameters<typeof token>[0]): Promise<string> =>
      (await token(identity)).token,
  }
}

/** Each kind of credential, read when it is needed: a file that was replaced counts without a restart. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  type INetworkModule,
  ManagedIdentityApplication,
  type NodeAuthOptions,
} from '@azure/msal-node'
import { decodeJwt } from 'jose'
import { type CredentialConfig, type KeyPair, readKeyPair } from '../config/index.ts'
import { errorIn, withoutWords } from './errors.ts'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { EntraNetwork } from './network.ts'
import { recordingNetwork } from './client.ts'

/** What MSAL takes to prove which app is asking. */
export type ClientAuthentication =
  | Required<Pick<NodeAuthOptions, 'clientSecret'>>
  | Required<Pick<NodeAuthOptions, 'clientAssertion'>>
  | Required<Pick<NodeAuthOptions, 'clientCertificate'>>

/** A credential as it is now. */
export interface Proof {
  auth: ClientAuthentication
  /** Says whether it is another one than the last time; a hash, so that nothing can be read from it. */
  version: string
  /** Milliseconds since the epoch; undefined where nobody said, and for what its platform renews. */
  endsAt: number | undefined
}

/** A credential that cannot be had. The message completes "the credential …" and holds no value. */
export class CredentialUnavailable extends Error {
  readonly code = 'credential_unavailable'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CredentialUnavailable'
  }
}

type ReadProof = () => Promise<Proof>

/** @returns what reads the credential. It throws CredentialUnavailable. */
export function proofReader(
  credential: CredentialConfig,
  managedIdentity: ManagedIdentity,
  now: () => number,
): ReadProof {
  const { kind } = credential
  if (kind === 'secret') return async () => secretProof(credential.value, credential.endsAt)
  if (kind === 'secret_file') {
    return async () => secretProof(await textOf(credential.file), credential.endsAt)
  }
  if (kind === 'certificate') return certificateReader(credential, now)
  if (kind === 'assertion_file') {
    return async () => assertionProof(await textOf(credential.file), now)
  }
  return async () => assertionProof(await managedIdentity.assertion(credential), now)
}

function secretProof(clientSecret: string, endsAt: number | undefined): Proof {
  return { auth: { clientSecret }, version: digest(clientSecret), endsAt }
}

/** RFC 7515 §7.1. */
const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** A token of the platform, which renews it by itself: one that is over was not renewed. */
function assertionProof(assertion: string, now: () => number): Proof {
  // Decoding overlooks much, and Entra would then blame the signature.
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
    throw new CredentialUnavailable('is a token that is over; its platform did not renew it')
  }
  const clientAssertion = () => Promise.resolve(assertion)
  return { auth: { clientAssertion }, version: digest(assertion), endsAt: undefined }
}

function certificateReader(
  files: { certificateFile: string; privateKeyFile: string },
  now: () => number,
): ReadProof {
  // Parsing takes longer than reading; comparing the text sees every way to replace a file.
  let parsed: { text: string; pair: KeyPair } | undefined
  return async () => {
    const certificate = await textOf(files.certificateFile)
    const privateKey = await textOf(files.privateKeyFile)
    const text = digest(`${certificate}\n${privateKey}`)
    if (parsed?.text !== text) {
      const pair = readKeyPair(certificate, privateKey)
      if (typeof pair === 'string') throw new CredentialUnavailable(pair)
      parsed = { text, pair }
    }
    const { thumbprintSha256, privateKey: key, chain, startsAt, endsAt } = parsed.pair
    if (endsAt <= now()) throw new CredentialUnavailable('has expired')
    if (startsAt > now()) throw new CredentialUnavailable('is not valid yet')
    const clientCertificate = { thumbprintSha256, privateKey: key, x5c: chain }
    return { auth: { clientCertificate }, version: text, endsAt }
  }
}

async function textOf(path: string): Promise<string> {
  try {
    const text = (await readFile(path, 'utf8')).trim()
    if (text !== '') return text
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new CredentialUnavailable(`has a file that cannot be read (${code})`)
  }
  throw new CredentialUnavailable('has an empty file')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

// A token of the managed identity that Azure gives to what runs there, in place of a secret.

/** Whom the token is for: Entra's own exchange (Microsoft, "managed identity as a federated identity credential"). */
const exchange = 'api://AzureADTokenExchange'
const platform = 'http://169.254.169.254'

export interface ManagedIdentity {
  /** @throws CredentialUnavailable where this is not Azure, or has no such identity */
  assertion(options: { clientId: string | undefined; address: string | undefined }): Promise<string>
}

/** The network of the request for a token that is under way. */
const underWay = new AsyncLocalStorage<INetworkModule>()

/**
 * MSAL keeps the first network that it is given for the whole process, and uses it for everybody, also
 * after it was closed. So it is given this one, which leads to the caller's own.
 */
const networkClient: INetworkModule = {
  sendGetRequestAsync: (url, options) => current().sendGetRequestAsync(url, options),
  sendPostRequestAsync: (url, options) => current().sendPostRequestAsync(url, options),
}

function current(): INetworkModule {
  const network = underWay.getStore()
  if (!network) throw new Error('No token of a managed identity was asked for')
  return network
}

/** MSAL finds out which of Azure's services this is, and keeps a token while it lasts. */
export function createManagedIdentity(network: EntraNetwork): ManagedIdentity {
  return {
    assertion: async ({ clientId, address = platform }) => {
      const wire = recordingNetwork({
        ...network,
        get: (url, headers) => network.get(url.replace(platform, address), headers),
        // None of the services that MSAL knows takes anything but GET, save one that is not served.
        post: () => Promise.reject(new Error('GET only')),
      })
      const application = new ManagedIdentityApplication({
        ...(clientId && { managedIdentityIdParams: { userAssignedClientId: clientId } }),
        system: {
          networkClient,
          // Another credential may be next: who waits is a person at a browser.
          disableInternalRetries: true,
        },
      })
      try {
        const acquire = () => application.acquireToken({ resource: exchange })
        const { accessToken } = await underWay.run(wire.module, acquire)
        // MSAL takes some refusals for a success with an empty token.
        if (accessToken) return accessToken
        throw new Error('no token')
      } catch (error) {
        const sentence = 'cannot be had: no managed identity answers here'
        const answer = wire.answer()
        const cause = wire.failure() ?? (answer && errorIn(answer)) ?? withoutWords(error)
        throw new CredentialUnavailable(sentence, { cause })
      }
    },
  }
}

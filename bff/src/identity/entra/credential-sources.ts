/** Each kind of credential, read when it is needed: a file that was replaced counts without a restart. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { NodeAuthOptions } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import { readKeyPair, type CredentialConfig, type KeyPair } from '../../config/index.ts'
import { withoutWords } from './errors.ts'
import type { ManagedIdentity } from './managed-identity.ts'

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

export type ReadProof = () => Promise<Proof>

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

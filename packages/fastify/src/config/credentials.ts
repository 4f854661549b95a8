/** How the app proves to Entra which app it is: one secret, or `credentials`, tried in order. */
import { resolve } from 'node:path'
import { type ConfigFile, placeholders } from './schema.ts'
import { modeFault, readKeyPair, readSecretFile } from './secrets.ts'
import type { ConfigProblem } from './errors.ts'

/** One way to prove it. Files are read when they are needed: what is written anew counts from then on. */
export type CredentialConfig =
  | { readonly kind: 'secret'; readonly value: string; readonly endsAt: number | undefined }
  | { readonly kind: 'secret_file'; readonly file: string; readonly endsAt: number | undefined }
  | {
      readonly kind: 'certificate'
      readonly certificateFile: string
      readonly privateKeyFile: string
    }
  | { readonly kind: 'assertion_file'; readonly file: string }
  | {
      readonly kind: 'managed_identity'
      /** Of a user-assigned identity; the system-assigned one where it is missing. */
      readonly clientId: string | undefined
      /** Stands in for http://169.254.169.254, outside production. */
      readonly address: string | undefined
    }

export interface CredentialFacts {
  /** Folder that relative paths start from. */
  root: string
  /** The file that AAD_CLIENT_SECRET_FILE names. */
  secretFile: string | undefined
  /** See MANAGED_IDENTITY_URL. */
  managedIdentityUrl: string | undefined
}

/** The credentials in the order in which they are tried; `clientSecret` stands for the only one. */
export function credentialsOf(
  file: Pick<ConfigFile, 'clientSecret' | 'clientSecretExpires' | 'credentials'>,
  { root, secretFile, managedIdentityUrl }: CredentialFacts,
): readonly CredentialConfig[] {
  const listed = file.credentials?.map((entry): CredentialConfig => {
    if ('secretFile' in entry) {
      const path = resolve(root, entry.secretFile)
      return Object.freeze({ kind: 'secret_file', file: path, endsAt: endOf(entry.expires) })
    }
    if ('certificate' in entry) {
      return Object.freeze({
        kind: 'certificate',
        certificateFile: resolve(root, entry.certificate.certificateFile),
        privateKeyFile: resolve(root, entry.certificate.privateKeyFile),
      })
    }
    if ('assertionFile' in entry) {
      return Object.freeze({ kind: 'assertion_file', file: resolve(root, entry.assertionFile) })
    }
    return Object.freeze({
      kind: 'managed_identity',
      clientId: entry.managedIdentity.clientId,
      address: managedIdentityUrl && new URL(managedIdentityUrl).origin,
    })
  })
  if (listed) return Object.freeze(listed)
  const endsAt = endOf(file.clientSecretExpires)
  const secret: CredentialConfig = secretFile
    ? { kind: 'secret_file', file: resolve(root, secretFile), endsAt }
    : { kind: 'secret', value: file.clientSecret ?? '', endsAt }
  return Object.freeze([Object.freeze(secret)])
}

/** A date without a time counts until its end, as UTC. */
function endOf(date: string | undefined): number | undefined {
  if (date === undefined) return undefined
  return Date.parse(date.length === 10 ? `${date}T23:59:59Z` : date)
}

// What a list of credentials must be, beyond its schema: one way to give them, files that can be used.

/** What is wrong with one credential. */
interface Finding {
  key: string
  message: string
  /** Passes with time or a mount: the app can do without, while another credential is in the list. */
  mayPass: boolean
}

/**
 * Opens every file of `credentials` once. What is wrong for good is refused; a file that is not
 * there and a certificate that is over are refused where no other credential is left.
 */
export function credentialProblems(
  file: Partial<ConfigFile>,
  facts: CredentialFacts & { production: boolean; now: number },
): ConfigProblem[] {
  const { clientSecret, clientSecretExpires, credentials } = file
  const problems = dateProblems('clientSecretExpires', clientSecretExpires)
  if (!isWellFormed(credentials)) return problems
  if (clientSecret !== undefined) {
    const isPlaceholder = clientSecret === placeholders.clientSecret
    const message = isPlaceholder
      ? 'is still the placeholder; leave it out, since credentials stands in its place'
      : 'is given beside credentials (or as AAD_CLIENT_SECRET); keep one of them'
    problems.push({ key: 'clientSecret', message })
  }
  if (clientSecretExpires !== undefined) {
    const message = 'goes with clientSecret; in credentials each secretFile has its own "expires"'
    problems.push({ key: 'clientSecretExpires', message })
  }
  for (const [index, entry] of credentials.entries()) {
    if (!('secretFile' in entry)) continue
    problems.push(...dateProblems(`credentials.${index}.expires`, entry.expires))
  }
  const list = credentialsOf({ credentials }, facts)
  const findings = list.map((credential, index) => inspect(credential, index, facts))
  const usable = findings.some((finding) => finding === undefined)
  const refused = findings.filter((finding) => finding && !(finding.mayPass && usable))
  return [...problems, ...refused.flatMap((finding) => (finding ? [plain(finding)] : []))]
}

/** The thirtieth of February has the form of a date. */
function dateProblems(key: string, date: unknown): ConfigProblem[] {
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}(?:T|$)/.test(date)) return []
  const time = Date.parse(date)
  const exists = !Number.isNaN(time) && dayOf(time) === date.slice(0, 10)
  return exists ? [] : [{ key, message: 'is not a date that there is' }]
}

function plain({ key, message }: Finding): ConfigProblem {
  return { key, message }
}

/** A list of another shape has been refused by the schema already. */
function isWellFormed(value: unknown): value is NonNullable<ConfigFile['credentials']> {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null) return false
      const { secretFile, assertionFile, certificate, managedIdentity } = entry as Entry
      if (secretFile !== undefined || assertionFile !== undefined) {
        return typeof (secretFile ?? assertionFile) === 'string'
      }
      const { certificateFile, privateKeyFile } = certificate ?? {}
      const isPair = typeof certificateFile === 'string' && typeof privateKeyFile === 'string'
      return isPair || (typeof managedIdentity === 'object' && managedIdentity !== null)
    })
  )
}

interface Entry {
  secretFile?: unknown
  assertionFile?: unknown
  certificate?: { certificateFile?: unknown; privateKeyFile?: unknown }
  managedIdentity?: unknown
}

function inspect(
  credential: CredentialConfig,
  index: number,
  { production, now }: { production: boolean; now: number },
): Finding | undefined {
  const at = `credentials.${index}`
  if (credential.kind === 'secret_file') {
    return fileFinding(`${at}.secretFile`, credential.file, production)
  }
  // A token lives for an hour, and its platform sets the mode: 0644 on Kubernetes.
  if (credential.kind === 'assertion_file') {
    return fileFinding(`${at}.assertionFile`, credential.file, false)
  }
  if (credential.kind !== 'certificate') return undefined
  const { certificateFile, privateKeyFile } = credential
  const key = `${at}.certificate`
  return (
    fileFinding(`${key}.certificateFile`, certificateFile, false) ??
    fileFinding(`${key}.privateKeyFile`, privateKeyFile, production) ??
    pairFinding(key, credential, now)
  )
}

/** @param ownerOnly whether only the file's owner may read it */
function fileFinding(key: string, path: string, ownerOnly: boolean): Finding | undefined {
  const { fault } = readSecretFile(path)
  if (fault) return { key, message: `names ${fault}`, mayPass: true }
  const exposed = ownerOnly ? modeFault(path) : undefined
  return exposed ? { key, message: `names ${exposed}`, mayPass: false } : undefined
}

function pairFinding(
  key: string,
  files: { certificateFile: string; privateKeyFile: string },
  now: number,
): Finding | undefined {
  const [certificate = '', privateKey = ''] = [files.certificateFile, files.privateKeyFile].map(
    (path) => readSecretFile(path).content,
  )
  const pair = readKeyPair(certificate, privateKey)
  if (typeof pair === 'string') return { key, message: pair, mayPass: false }
  if (pair.endsAt <= now) {
    return { key, message: `expired on ${dayOf(pair.endsAt)}; issue a new one`, mayPass: true }
  }
  if (pair.startsAt > now) {
    return { key, message: `is valid from ${dayOf(pair.startsAt)} on only`, mayPass: true }
  }
  return undefined
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

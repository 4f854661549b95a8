/** The app's credentials at Entra: one secret, or the list `credentials`, tried in order. */
import { resolve } from 'node:path'
import type { ConfigProblem } from './errors.ts'
import { type ConfigFile, dateProblem, placeholders } from './schema.ts'
import { exposureOf, readSecretFile } from './secrets/files.ts'
import { readKeyPair } from './secrets/key-pair.ts'

/** One credential. Files are read when they are needed, so that a replaced file counts at once. */
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
      /** Of a user-assigned identity; undefined for the system-assigned one. */
      readonly clientId: string | undefined
      /** Replaces http://169.254.169.254, outside production. */
      readonly address: string | undefined
    }

export interface CredentialContext {
  /** The folder that relative paths start from. */
  root: string
  /** The file that AAD_CLIENT_SECRET_FILE names. */
  secretFile: string | undefined
  /** See MANAGED_IDENTITY_URL. */
  managedIdentityUrl: string | undefined
}

/** The credentials in the order in which they are tried; without a list, `clientSecret` alone. */
export function credentialsOf(
  file: Pick<ConfigFile, 'clientSecret' | 'clientSecretExpires' | 'credentials'>,
  { root, secretFile, managedIdentityUrl }: CredentialContext,
): readonly CredentialConfig[] {
  const listed = file.credentials?.map((entry): CredentialConfig => {
    if ('secretFile' in entry) {
      const path = resolve(root, entry.secretFile)
      return { kind: 'secret_file', file: path, endsAt: endOf(entry.expires) }
    }
    if ('certificate' in entry) {
      return {
        kind: 'certificate',
        certificateFile: resolve(root, entry.certificate.certificateFile),
        privateKeyFile: resolve(root, entry.certificate.privateKeyFile),
      }
    }
    if ('assertionFile' in entry) {
      return { kind: 'assertion_file', file: resolve(root, entry.assertionFile) }
    }
    return {
      kind: 'managed_identity',
      clientId: entry.managedIdentity.clientId,
      address: managedIdentityUrl && new URL(managedIdentityUrl).origin,
    }
  })
  if (listed) return listed
  const endsAt = endOf(file.clientSecretExpires)
  const secret: CredentialConfig = secretFile
    ? { kind: 'secret_file', file: resolve(root, secretFile), endsAt }
    : { kind: 'secret', value: file.clientSecret ?? '', endsAt }
  return [secret]
}

/** A date without a time means its end, in UTC. */
function endOf(date: string | undefined): number | undefined {
  if (date === undefined) return undefined
  return Date.parse(date.length === 10 ? `${date}T23:59:59Z` : date)
}

/** What is wrong with one credential. */
interface Finding {
  key: string
  message: string
  /** It may pass by itself, with time or a mount: not refused if another credential is usable. */
  mayPass: boolean
}

/**
 * What is wrong with the credentials beyond the schema. It opens every file once. A missing file and an
 * expired certificate are refused only if no other credential is usable.
 */
export function credentialProblems(
  file: Pick<ConfigFile, 'clientSecret' | 'clientSecretExpires' | 'credentials'>,
  facts: CredentialContext & { production: boolean; now: number },
): ConfigProblem[] {
  const { clientSecret, clientSecretExpires, credentials } = file
  if (!credentials) return []
  const problems: ConfigProblem[] = []
  if (clientSecret !== undefined) {
    const isPlaceholder = clientSecret === placeholders.clientSecret
    const message = isPlaceholder
      ? 'is still the placeholder; leave it out, because credentials replaces it'
      : 'is given beside credentials (or as AAD_CLIENT_SECRET); keep one of them'
    problems.push({ key: 'clientSecret', message })
  }
  if (clientSecretExpires !== undefined) {
    const message = 'goes with clientSecret; in credentials each secretFile has its own "expires"'
    problems.push({ key: 'clientSecretExpires', message })
  }
  for (const [index, entry] of credentials.entries()) {
    const message =
      'secretFile' in entry && entry.expires !== undefined ? dateProblem(entry.expires) : undefined
    if (message) problems.push({ key: `credentials.${index}.expires`, message })
  }
  const list = credentialsOf({ credentials }, facts)
  const findings = list.map((credential, index) => inspect(credential, index, facts))
  const usable = findings.some((finding) => finding === undefined)
  const refused = findings.filter((finding) => finding && !(finding.mayPass && usable))
  return [...problems, ...refused.flatMap((finding) => (finding ? [plain(finding)] : []))]
}

/** Files of credentials that others can read, where the app cannot change that. */
export function credentialWarnings(list: readonly CredentialConfig[]): ConfigProblem[] {
  return list.flatMap((credential, index) => {
    const [name, file] =
      credential.kind === 'secret_file'
        ? ['secretFile', credential.file]
        : credential.kind === 'certificate'
          ? ['certificate.privateKeyFile', credential.privateKeyFile]
          : []
    if (name === undefined || file === undefined || readSecretFile(file).fault) return []
    const { warning } = exposureOf(file)
    return warning ? [{ key: `credentials.${index}.${name}`, message: `names ${warning}` }] : []
  })
}

function plain({ key, message }: Finding): ConfigProblem {
  return { key, message }
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

/** @param ownerOnly whether others must not be able to read it */
function fileFinding(key: string, path: string, ownerOnly: boolean): Finding | undefined {
  const { fault } = readSecretFile(path)
  if (fault) return { key, message: `names ${fault}`, mayPass: true }
  const { problem } = ownerOnly ? exposureOf(path) : {}
  return problem ? { key, message: `names ${problem}`, mayPass: false } : undefined
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

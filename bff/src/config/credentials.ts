/** How the app proves to Entra which app it is: one secret, or `credentials`, tried in order. */
import { resolve } from 'node:path'
import type { ConfigFile } from './schema.ts'

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

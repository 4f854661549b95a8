/** Plans the changes of `aad.config.json`. */

import { cloudNames, clouds, placeholders, type Cloud } from '@gatehouse/fastify/config'
import { type ConfigEdit, type ConfigValue, valueAt } from '../files/config-file.ts'
import { inConfig } from '../files/folder.ts'
import type { LocalCertificate } from './certificate-files.ts'
import type { CredentialChoice } from './settings.ts'

export interface Registered {
  tenantId: string
  clientId: string
  cloud: Cloud
  publicUrl: string
  multiTenant: boolean
  choice: CredentialChoice
  /** The day on which the secret expires. */
  ends: string | undefined
  certificate: Pick<LocalCertificate, 'certificateFile' | 'privateKeyFile'> | undefined
}

export function configEdits(config: ConfigValue, registered: Registered): ConfigEdit[] {
  const { tenantId, clientId, cloud, publicUrl, multiTenant } = registered
  const isSecret = registered.choice.kind === 'secret'
  return [
    { path: ['tenant'], value: multiTenant ? 'organizations' : tenantId },
    // `allowedTenants` is required with "organizations", and not allowed otherwise.
    {
      path: ['allowedTenants'],
      value: multiTenant ? (config.allowedTenants ?? [tenantId]) : undefined,
      after: 'tenant',
    },
    { path: ['clientId'], value: clientId, after: 'tenant' },
    // The secret is in .env, which git ignores.
    { path: ['clientSecret'], value: undefined },
    {
      path: ['clientSecretExpires'],
      value: isSecret ? registered.ends : undefined,
      after: 'clientId',
    },
    { path: ['credentials'], value: credentials(config, registered), after: 'clientId' },
    { path: ['authority'], value: cloud.authority },
    { path: ['publicUrl'], value: publicUrl },
    ...(config.downstreamApis?.['graph']
      ? [{ path: ['downstreamApis', 'graph', 'baseUrl'], value: cloud.graph }]
      : []),
  ]
}

/** The credential of `register` first, then the others. */
function credentials(
  { credentials: present = [] }: ConfigValue,
  { choice, certificate, cloud }: Registered,
): unknown[] | undefined {
  if (choice.kind === 'secret') return undefined
  const ours = certificate
    ? {
        certificate: {
          certificateFile: inConfig(certificate.certificateFile),
          privateKeyFile: inConfig(certificate.privateKeyFile),
        },
      }
    : federatedEntry(choice, cloud)
  return [ours, ...present.filter((entry) => !isOurCredential(entry) && !isSame(entry, ours))]
}

/** A managed identity gets its token from Azure; other identities read it from a file. */
function federatedEntry(choice: CredentialChoice, { authority }: Cloud): object | undefined {
  if (choice.kind !== 'federated') return undefined
  const isManagedIdentity = choice.issuer.startsWith(`${authority}/`)
  return isManagedIdentity ? { managedIdentity: {} } : { assertionFile: choice.assertionFile }
}

/** Whether `register` wrote it, by the names of its key files. */
function isOurCredential(entry: unknown): boolean {
  return /aad-client-[0-9a-f]{12}\.crt"/.test(JSON.stringify(entry))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/**
 * The keys whose values a person wrote, and which would change.
 *
 * @param asked keys that the command line sets
 */
export function userEdits(
  config: ConfigValue,
  edits: readonly ConfigEdit[],
  asked: readonly string[],
): string[] {
  return edits.flatMap(({ path, value }) => {
    const before = valueAt(config, path)
    const key = path.join('.')
    const stays = before === undefined || isSame(before, value)
    return stays || asked.includes(key) || isInitial(key, before) ? [] : [key]
  })
}

const initialPublicUrl = 'http://localhost:5173'

/** Whether a fresh clone has this value, or these commands wrote it. */
function isInitial(key: string, value: unknown): boolean {
  if (key === 'clientSecretExpires') return true
  if (key === 'credentials') return Array.isArray(value) && value.every(isOurCredential)
  const initial: unknown[] = [
    ...Object.values(placeholders),
    initialPublicUrl,
    ...cloudNames.flatMap((name) => [clouds[name].authority, clouds[name].graph]),
  ]
  return initial.includes(value)
}

/** Restores the values of a fresh clone; credentials are useless without their registration. */
export function restoringEdits(config: ConfigValue): ConfigEdit[] {
  return [
    { path: ['tenant'], value: placeholders.tenant },
    { path: ['allowedTenants'], value: undefined },
    { path: ['clientId'], value: placeholders.clientId },
    { path: ['clientSecretExpires'], value: undefined },
    { path: ['credentials'], value: undefined },
    { path: ['clientSecret'], value: placeholders.clientSecret, after: 'clientId' },
    { path: ['authority'], value: clouds.global.authority },
    // The local tenant accepts this address only.
    { path: ['publicUrl'], value: initialPublicUrl },
    ...(config.downstreamApis?.['graph']
      ? [{ path: ['downstreamApis', 'graph', 'baseUrl'], value: clouds.global.graph }]
      : []),
  ]
}

/** All that a run has found and decided, before it changes anything. */

import type { ConfigDocument, ConfigEdit } from '../files/config-file.ts'
import { secretIn, withoutSecret, withSecret } from '../files/env-file.ts'
import type { SignedIn } from '../sign-in.ts'
import type { ApplicationPlan, WantedApplication } from './application-plan.ts'
import type { LocalCertificate } from './certificate-files.ts'
import { configEdits } from './config-plan.ts'
import type { CredentialPlan } from './credential-plan.ts'
import type { Existing } from './existing.ts'
import type { Settings } from './settings.ts'

export interface Plan {
  existing: Existing
  session: SignedIn
  publicUrl: string
  multiTenant: boolean
  config: ConfigDocument
  envText: string
  wanted: WantedApplication
  application: ApplicationPlan
  credential: CredentialPlan
}

/**
 * Whether earlier credentials stay until the next run: at an https address, a deployment may use one of them, and has
 * not got the new one yet.
 */
export function keepsEarlier({ credential, publicUrl }: Plan): boolean {
  return credential.action !== 'keep' && publicUrl.startsWith('https:')
}

/** @param certificate the one to use */
export function editsOf(
  { session, publicUrl, multiTenant, config, credential }: Plan,
  { cloud, credential: choice }: Settings,
  clientId: string,
  certificate: Pick<LocalCertificate, 'certificateFile' | 'privateKeyFile'> | undefined,
): ConfigEdit[] {
  return configEdits(config.value, {
    tenantId: session.tenantId,
    clientId,
    cloud,
    publicUrl,
    multiTenant,
    choice,
    ends: credential.ends,
    certificate,
  })
}

/** The new text of `.env`: with the new secret, with the present one, or without any. */
export function envAfter(
  { envText, credential }: Plan,
  { credential: choice }: Settings,
  made: { value: string; keyId: string } | undefined,
): string {
  if (choice.kind !== 'secret') return secretIn(envText) ? withoutSecret(envText) : envText
  return made ? withSecret(envText, made.value, made.keyId, credential.ends ?? '') : envText
}

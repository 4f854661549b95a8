/** Plans the credential: whether a new one is needed, or the present one stays. */

import { hostname } from 'node:os'
import type { EnvSecret } from '../files/env-file.ts'
import type { Application, FederatedCredential, KeyCredential } from '../graph/answers.ts'
import { planLine, type Line } from '../output.ts'
import type { LocalCertificate } from './certificate-files.ts'
import type { CredentialChoice } from './settings.ts'

/** The name of this machine's credentials at Entra. Others are left alone. */
export const ownerTag = `Gatehouse register on ${hostname().slice(0, 60)}`
/** The name of the federated credential, which belongs to the identity, not to a machine. */
export const federatedName = 'gatehouse-register'

export interface CredentialFacts {
  application: Application | undefined
  federated: FederatedCredential[]
  /** In `.env`. */
  secret: EnvSecret | undefined
  /** On this machine, newest first, none of them expired. */
  certificates: LocalCertificate[]
  rotate: boolean
  /** Milliseconds since the epoch. */
  now: number
}

export interface CredentialPlan {
  action: 'create' | 'upload' | 'update' | 'keep'
  /** The day on which the credential expires. */
  ends: string | undefined
  /** The certificate that stays, or is uploaded. */
  certificate: LocalCertificate | undefined
  /** The federated credential that stays or changes. */
  federated: FederatedCredential | undefined
  lines: Line[]
}

export function planCredential(choice: CredentialChoice, facts: CredentialFacts): CredentialPlan {
  if (choice.kind === 'secret') return planSecret(choice.days, facts)
  if (choice.kind === 'certificate') return planCertificate(choice.days, facts)
  return planFederated(choice, facts)
}

const none = { ends: undefined, certificate: undefined, federated: undefined }

function planSecret(days: number, facts: CredentialFacts): CredentialPlan {
  const present = facts.rotate ? undefined : knownSecret(facts)
  const ends = present ? present.endDateTime.slice(0, 10) : endOf(days, facts.now)
  const lines = [planLine(present ? '=' : '+', 'client secret', `ends ${ends}`)]
  return { ...none, action: present ? 'keep' : 'create', ends, lines }
}

function planCertificate(days: number, facts: CredentialFacts): CredentialPlan {
  const registered = facts.application?.keyCredentials ?? []
  const uploaded = facts.certificates.find((one) => registered.some((key) => isOf(key, one)))
  const waiting = facts.certificates.find((one) => !registered.some((key) => isOf(key, one)))
  const certificate = waiting ?? (facts.rotate ? undefined : uploaded)
  const action = waiting ? 'upload' : certificate ? 'keep' : 'create'
  const ends = certificate?.ends ?? endOf(days, facts.now)
  const lines = [planLine(action === 'keep' ? '=' : '+', 'certificate', `ends ${ends}`)]
  return { ...none, action, ends, certificate, lines }
}

function planFederated(
  { issuer, subject }: Extract<CredentialChoice, { kind: 'federated' }>,
  { federated }: CredentialFacts,
): CredentialPlan {
  const same = federated.find((one) => one.issuer === issuer && one.subject === subject)
  const named = federated.find(({ name }) => name === federatedName)
  const [action, sign] = same
    ? (['keep', '='] as const)
    : named
      ? (['update', '~'] as const)
      : (['create', '+'] as const)
  const lines = [planLine(sign, 'federated identity', `${subject} of ${issuer}`)]
  return { ...none, action, federated: same ?? named, lines }
}

function endOf(days: number, now: number): string {
  return dayOf(now + days * 86_400_000)
}

/** Entra's record of the secret in `.env`, if it has not expired. */
function knownSecret({ application, secret, now }: CredentialFacts) {
  return application?.passwordCredentials?.find(
    ({ keyId, endDateTime, hint }) =>
      keyId === secret?.keyId &&
      Date.parse(endDateTime) > now &&
      (!hint || secret.value.startsWith(hint)),
  )
}

/** Entra keeps the SHA-1 thumbprint, as base64 or hex. */
export function isOf({ customKeyIdentifier }: KeyCredential, one: LocalCertificate): boolean {
  const id = customKeyIdentifier ?? ''
  return id.toUpperCase() === one.thumbprint || id === base64Of(one.thumbprint)
}

export function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

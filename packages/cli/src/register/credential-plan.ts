/** Whether a new credential is due, and which of the old ones are to go. */
import { hostname } from 'node:os'
import type { Application, FederatedCredential, KeyCredential } from '../graph/answers.ts'
import type { EnvSecret } from '../files/env-file.ts'
import type { LocalCertificate } from './certificate-files.ts'
import { planLine, type Line } from '../output.ts'
import type { CredentialChoice } from './settings.ts'

/** What the credentials of this machine are called at Entra; those of others are left alone. */
export const ownerTag = `Gatehouse register on ${hostname().slice(0, 60)}`
/** A federated credential belongs to the identity, not to the machine that registers it. */
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
  /** Of the credential that stays: the day until which it is good. */
  ends: string | undefined
  /** The certificate that stays, or is uploaded. */
  certificate: LocalCertificate | undefined
  /** The federated credential that stays or changes. */
  federated: FederatedCredential | undefined
  lines: Line[]
}

export function planCredential(choice: CredentialChoice, facts: CredentialFacts): CredentialPlan {
  const none = { ends: undefined, certificate: undefined, federated: undefined }
  const endOf = (days: number) => dayOf(facts.now + days * 86_400_000)
  if (choice.kind === 'secret') {
    const present = knownSecret(facts)
    if (present && !facts.rotate) {
      const ends = present.endDateTime.slice(0, 10)
      return {
        ...none,
        action: 'keep',
        ends,
        lines: [planLine('=', 'client secret', `ends ${ends}`)],
      }
    }
    const ends = endOf(choice.days)
    return {
      ...none,
      action: 'create',
      ends,
      lines: [planLine('+', 'client secret', `ends ${ends}`)],
    }
  }
  if (choice.kind === 'certificate') {
    const registered = facts.application?.keyCredentials ?? []
    const uploaded = facts.certificates.find((one) => registered.some((key) => isOf(key, one)))
    const waiting = facts.certificates.find((one) => !registered.some((key) => isOf(key, one)))
    const certificate = waiting ?? (facts.rotate ? undefined : uploaded)
    const action = waiting ? 'upload' : certificate ? 'keep' : 'create'
    const ends = certificate?.ends ?? endOf(choice.days)
    const sign = action === 'keep' ? '=' : '+'
    return {
      ...none,
      action,
      ends,
      certificate,
      lines: [planLine(sign, 'certificate', `ends ${ends}`)],
    }
  }
  const words = `${choice.subject} of ${choice.issuer}`
  const same = facts.federated.find(
    ({ issuer, subject }) => issuer === choice.issuer && subject === choice.subject,
  )
  const named = facts.federated.find(({ name }) => name === federatedName)
  const [action, sign] = same
    ? (['keep', '='] as const)
    : named
      ? (['update', '~'] as const)
      : (['create', '+'] as const)
  const lines = [planLine(sign, 'federated identity', words)]
  return { ...none, action, federated: same ?? named, lines }
}

/** Entra's record of the secret in `.env`, while it is good. */
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

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The settings of a run, and the checks of values from the command line. */

import { basePathOf } from '@gatehouse/contract/paths'
import { type Cloud, type CloudName, publicUrlProblem } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'
import type { SignInWay } from '../sign-in.ts'

export type CredentialChoice =
  | { kind: 'secret'; days: number }
  | { kind: 'certificate'; days: number }
  | { kind: 'federated'; issuer: string; subject: string; assertionFile: string }

export interface Settings {
  /** As it was given: a configured application has to have it. */
  name: string | undefined
  /** Of a new application: the given name, or the app's own. */
  newName: string
  publicUrl: string | undefined
  tenant: string | undefined
  cloudName: CloudName
  cloud: Cloud
  multiTenant: boolean | undefined
  credential: CredentialChoice
  rotate: boolean
  signIn: SignInWay
  token: string | undefined
  dryRun: boolean
  yes: boolean
}

/** The alternate key by which a later run finds the application. */
export function uniqueNameOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (slug !== '' && slug.length <= 80) return `gatehouse-${slug}`
  throw new SetupError(
    'usage',
    `The name ${JSON.stringify(name)} cannot be used: it takes 1 to 80 letters and digits.`,
    'Give another one with --name.',
  )
}

/**
 * The address that people open: scheme, host and, if the app shares its host, a path.
 *
 * Entra registers http for the name `localhost` only:
 * https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 *
 * @throws SetupError
 */
export function normalisePublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const problem = publicUrlProblem(text)
  if (url && problem === undefined) return url.origin + basePathOf(text)
  throw new SetupError(
    'usage',
    `${JSON.stringify(text)} cannot be the public address: it ${problem ?? 'is not an address (URL)'}.`,
    'It takes scheme and host, such as https://app.example.com, or http://localhost:5173 for one’s own machine, and a path if the app shares its host: https://portal.example.com/people.',
  )
}

/** Reads `issuer,subject`. @throws SetupError */
export function federatedIdentity(text: string): { issuer: string; subject: string } {
  const [issuer = '', ...rest] = text.split(',')
  const subject = rest.join(',').trim()
  const isAddress = URL.canParse(issuer) && new URL(issuer).protocol === 'https:'
  if (isAddress && subject) return { issuer: issuer.trim(), subject }
  throw new SetupError(
    'usage',
    `${JSON.stringify(text)} does not name an identity.`,
    'It takes the issuer’s https address and the subject: https://oidc.example.com,system:serviceaccount:apps:gatehouse',
  )
}

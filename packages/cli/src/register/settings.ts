/** What the command line asks for. */
import { isIP } from 'node:net'
import type { Cloud, CloudName } from '../clouds.ts'
import { SetupError } from '../errors.ts'
import type { SignInWay } from '../sign-in.ts'

export type CredentialChoice =
  | { kind: 'secret'; days: number }
  | { kind: 'certificate'; days: number }
  | { kind: 'federated'; issuer: string; subject: string; assertionFile: string }

export interface Settings {
  /** Undefined: the one that the configuration names, or the default name. */
  name: string | undefined
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

export const defaultName = 'Gatehouse'

/** The alternate key under which a later run finds the application again. */
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
 * The address that people open, as an origin.
 *
 * Entra registers http for the name `localhost` alone:
 * https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 *
 * @throws SetupError
 */
export function publicOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain =
    url && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === 'localhost')
  if (url && isPlain && isSafe) return url.origin
  const hint = isIP(url?.hostname ?? '') ? ' (an IP address is not accepted with http)' : ''
  throw new SetupError(
    'usage',
    `${JSON.stringify(text)} cannot be the public address${hint}.`,
    'It takes scheme and host, such as https://app.example.com, or http://localhost:5173 for one’s own machine.',
  )
}

/** `issuer,subject`, as the identity's own documentation names them. @throws SetupError */
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

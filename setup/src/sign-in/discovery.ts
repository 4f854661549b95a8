/** The sign-in service's metadata, and which tenant a domain stands for. */
import { SetupError } from '../errors.ts'
import type { Network } from '../network.ts'

export interface Metadata {
  /** For MSAL: the issuer, and addresses of the authority's own. */
  document: Readonly<Record<string, string>>
  /** Undefined for `organizations`, which stands for every tenant. */
  tenantId: string | undefined
}

/**
 * Every address that signing in can use: MSAL sends the administrator to the first ones, and wants the
 * last one to be there. What is not listed is not handed on.
 */
const required = ['token_endpoint', 'authorization_endpoint', 'jwks_uri'] as const
const optional = ['device_authorization_endpoint'] as const

/** @throws SetupError where there is no such tenant, and for a document that points elsewhere */
export async function discover(
  network: Network,
  authority: string,
  tenant: string,
): Promise<Metadata> {
  const url = `${authority}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`
  const { status, body } = await network.send({ method: 'GET', url })
  const members = body as Record<string, unknown> | undefined
  if (status === 200 && typeof members?.['issuer'] === 'string') {
    const tenantId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(members['issuer'])?.[0]
    const document = { issuer: members['issuer'], ...ownAddresses(members, authority) }
    return { document, tenantId: tenantId?.toLowerCase() }
  }
  if (status >= 400 && status < 500) {
    throw new SetupError(
      'wrong_tenant',
      `${new URL(authority).host} knows no tenant ${tenant}.`,
      'Look at the id (portal, Overview) or domain given with --tenant, and at --cloud.',
    )
  }
  throw new SetupError(
    'offline',
    `${new URL(authority).host} did not answer as a sign-in service (status ${status}).`,
    'Check whether a proxy stands in between, and try again in a few minutes.',
  )
}

/** An administrator's sign-in goes to these addresses: none may be of another host (RFC 9700 §4.4). */
function ownAddresses(members: Record<string, unknown>, authority: string) {
  const present = optional.filter((name) => members[name] !== undefined)
  return Object.fromEntries(
    [...required, ...present].map((name) => {
      const address = ownAddress(members[name], authority)
      if (address !== undefined) return [name, address]
      throw new SetupError(
        'offline',
        `${new URL(authority).host} names an address that is not its own (${name}).`,
        'Check whether a proxy stands in between: somebody may want to read this sign-in.',
      )
    }),
  )
}

/** @returns the address as every URL parser reads it; undefined for one that is not the authority's */
function ownAddress(value: unknown, authority: string): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  // An https authority has https addresses; a local tenant's own, which is http, are of this machine.
  const isOwn = url.origin === new URL(authority).origin && /^https?:$/.test(url.protocol)
  const isPlain = !url.username && !url.password && !url.href.includes('#')
  return isOwn && isPlain ? url.href : undefined
}

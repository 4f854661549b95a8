/** The sign-in service's metadata, and which tenant a domain stands for. */
import { SetupError } from '../errors.ts'
import type { Network } from '../network.ts'

export interface Metadata {
  /** As it came, for MSAL. */
  document: Record<string, unknown>
  /** Undefined for `organizations`, which stands for every tenant. */
  tenantId: string | undefined
}

/** @throws SetupError where there is no such tenant */
export async function discover(
  network: Network,
  authority: string,
  tenant: string,
): Promise<Metadata> {
  const url = `${authority}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`
  const { status, body } = await network.send({ method: 'GET', url })
  const document = body as Record<string, unknown> | undefined
  if (status === 200 && typeof document?.['issuer'] === 'string') {
    const tenantId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(document['issuer'])?.[0]
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

/** Who acts: an administrator by device code or through the Azure CLI, or a token that CI holds. */
import type { Cloud } from '../clouds.ts'
import { SetupError } from '../errors.ts'
import type { Network } from '../network.ts'
import { withProgress } from '../output.ts'
import { tokenOfAzureCli } from './azure-cli.ts'
import { tokenByDeviceCode } from './device-code.ts'
import { discover } from './discovery.ts'
import { claimsOf } from './token-claims.ts'

export const tokenVariable = 'GATEHOUSE_GRAPH_TOKEN'

export type SignInWay = 'device-code' | 'azure-cli'

export interface SignInRequest {
  cloud: Cloud
  /** A tenant id or a domain; without one, the tenant of whoever signs in. */
  tenant: string | undefined
  way: SignInWay
  /** From the environment; goes before every other way. */
  token: string | undefined
}

export interface SignedIn {
  token: string
  tenantId: string
  /** Who it is, as far as the token says. */
  user: string | undefined
}

/** @throws SetupError for everything that keeps somebody from signing in, and for another tenant than the one asked for */
export async function signIn(network: Network, request: SignInRequest): Promise<SignedIn> {
  const { cloud, tenant, way } = request
  const metadata = await withProgress('Looking up the tenant', () =>
    discover(network, cloud.authority, tenant ?? 'organizations'),
  )
  const token =
    request.token ??
    (way === 'azure-cli'
      ? await tokenOfAzureCli(tenant)
      : await tokenByDeviceCode(network, metadata, cloud.authority, tenant ?? 'organizations'))

  const { tenantId, user } = claimsOf(token)
  if (metadata.tenantId && metadata.tenantId !== tenantId) {
    throw new SetupError(
      'wrong_tenant',
      `This sign-in is for the tenant ${tenantId}, not for ${tenant} (${metadata.tenantId}).`,
      'Sign in with an account of that tenant, or name the other one with --tenant.',
    )
  }
  return { token, tenantId, user }
}

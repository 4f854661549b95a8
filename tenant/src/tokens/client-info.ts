import type { TenantUser } from '../directory/user.ts'
import type { World } from '../world.ts'

/** The unsigned `client_info` that MSAL asks for with `client_info=1`: base64url JSON. */
export function clientInfo(world: World, user: TenantUser): string {
  return Buffer.from(JSON.stringify({ uid: user.id, utid: world.tenantId })).toString('base64url')
}

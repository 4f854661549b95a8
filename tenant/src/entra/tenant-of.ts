/** The first segment of every Entra path: this tenant's id, or `organizations`. */

import type { World } from '../world.ts'
import { EntraError } from './errors.ts'

/** @throws EntraError 90002 for every other tenant */
export function requireTenant(world: World, name: string): string {
  const tenant = name.toLowerCase()
  if (tenant === world.tenantId || tenant === 'organizations') return tenant
  throw new EntraError(90002, {
    message: `Tenant '${name}' not found. Check that you have the correct tenant id.`,
  })
}

import type { Client } from '../clients.ts'
import type { World } from '../world.ts'
import { EntraError } from './errors.ts'

/** @throws EntraError 700016 for an application that is not there, or not present in the tenant */
export function findClient(world: World, clientId: string): Client {
  const client = world.registry.client(clientId)
  if (client) return client
  throw new EntraError(700016, {
    message: `Application with identifier '${clientId}' was not found in the directory '${world.tenantName}'.`,
  })
}

/** @throws EntraError 50194 for an application of one tenant that is used through `/organizations` */
export function requireAudience(client: Client, tenant: string): void {
  if (!client.isSingleTenant || tenant !== 'organizations') return
  throw new EntraError(50194, {
    message: `Application '${client.clientId}' is not configured as a multi-tenant application, so the /organizations endpoint cannot be used with it.`,
  })
}

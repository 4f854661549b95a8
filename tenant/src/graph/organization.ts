import type { FastifyInstance } from 'fastify'
import { userDomain } from '../directory/generate.ts'
import type { World } from '../world.ts'
import { requireCaller, requireScope } from './bearer.ts'

const scopes = ['User.Read', 'User.ReadWrite', 'Organization.Read.All', 'Directory.Read.All']

export function organizationRoute(app: FastifyInstance, world: World): void {
  app.get('/organization', { config: { endpoint: 'organization' } }, async (request) => {
    requireScope(await requireCaller(world, request), scopes)
    return {
      '@odata.context': `${world.origin}/v1.0/$metadata#organization`,
      value: [
        {
          id: world.tenantId,
          displayName: world.tenantName,
          tenantType: 'AAD',
          verifiedDomains: [
            { name: userDomain, type: 'Managed', isDefault: true, isInitial: true },
          ],
        },
      ],
    }
  })
}

/** The service document: which collections there are. OData JSON Format 4.01, section 5. */

import type { FastifyInstance } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { graphUrl } from '../protocol/answers.ts'

const sets = [
  'applications',
  'directoryObjects',
  'directoryRoles',
  'domains',
  'groups',
  'invitations',
  'oauth2PermissionGrants',
  'organization',
  'servicePrincipals',
  'subscribedSkus',
  'users',
]

/** As in Graph, it needs no token. */
export function serviceRootRoute(app: FastifyInstance, tenant: TenantState): void {
  app.get('/', async () => ({
    '@odata.context': `${graphUrl(tenant)}/$metadata`,
    value: [
      ...sets.map((name) => ({ name, kind: 'EntitySet', url: name })),
      { name: 'me', kind: 'Singleton', url: 'me' },
    ],
  }))
}

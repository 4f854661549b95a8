/**
 * The service document, which lists the collections, and `$metadata`, which has the types of what is served. As in Graph, they
 * need no token. OData JSON Format 4.01, section 5; OData Protocol 4.01, section 11.1.
 */

import type { FastifyInstance } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { graphUrl } from '../protocol/answers.ts'
import { writeCsdl } from './csdl.ts'
import { modelOf, sets, singletons } from './model.ts'

export function metadataRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/', async () => ({
    '@odata.context': `${graphUrl(tenant)}/$metadata`,
    value: [
      ...Object.keys(sets).map((name) => ({ name, kind: 'EntitySet', url: name })),
      ...Object.keys(singletons).map((name) => ({ name, kind: 'Singleton', url: name })),
    ],
  }))
  app.get('/$metadata', async (_request, reply) =>
    reply.type('application/xml;charset=utf-8').send(writeCsdl(modelOf(tenant))),
  )
}

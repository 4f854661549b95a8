/**
 * `/_tenant/tenants`: the tenants on the port. Every path of the control API is there for each of them, below
 * `/_tenant/tenants/{tenant}`; without that, it is the first tenant's.
 */

import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { closeNames } from '../../config/close-names.ts'
import { verifiedDomains } from '../../directory/domains.ts'
import type { TenantState } from '../../tenant-state.ts'
import { ControlError } from '../errors.ts'

const Answer = Type.Object({
  tenantId: Type.String(),
  tenantName: Type.String(),
  domain: Type.String({ description: 'the domain of its generated user names' }),
  domains: Type.Array(Type.String(), { description: 'every domain that names it' }),
  users: Type.Integer({ description: 'the number of its users' }),
})

const list = {
  documented: {
    summary: 'The tenants on the port, the first one first',
    tags: ['tenants'],
    answer: { schema: Type.Object({ tenants: Type.Array(Answer) }) },
  },
} as const

export function tenantRoutes(app: FastifyInstance, { tenants }: TenantState): void {
  app.get('/tenants', { config: list }, async () => ({ tenants: tenants.map(viewOf) }))
  // The front has handed on what is for a tenant that there is.
  for (const path of ['/tenants/:tenant', '/tenants/:tenant/*']) {
    app.all<{ Params: { tenant: string } }>(path, async ({ params }) => {
      const names = tenants.flatMap(({ tenantId, domain }) => [domain, tenantId])
      const neighbours = closeNames(params.tenant, names)
      const message = `There is no tenant "${params.tenant}": GET /_tenant/tenants lists them.`
      throw new ControlError('unknown_tenant', message, { neighbours })
    })
  }
}

function viewOf({ tenantId, tenantName, domain, directory }: TenantState) {
  const domains = [...new Set([domain, ...verifiedDomains(directory.users)])]
  return { tenantId, tenantName, domain, domains, users: directory.users.length }
}

/** What a page has in its attributes: addresses of links and forms. */
const ownAddress = /\b(href|action|formaction)="\/_tenant(?!\/tenants\/)(?=["/?#])/g

/**
 * Keeps the page of a further tenant at that tenant: the links and forms of all pages are written for the first one, and
 * so are the addresses that a form leads to.
 */
export function keepAtTenant(app: FastifyInstance, { tenantId }: TenantState): void {
  const base = `/_tenant/tenants/${tenantId}`
  app.addHook('onSend', async (_request, reply: FastifyReply, payload) => {
    const location = reply.getHeader('location')
    if (typeof location === 'string' && /^\/_tenant(?!\/tenants\/)/.test(location)) {
      reply.header('location', location.replace('/_tenant', base))
    }
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
    if (!isPage || typeof payload !== 'string') return payload
    return payload.replaceAll(ownAddress, `$1="${base}`)
  })
}

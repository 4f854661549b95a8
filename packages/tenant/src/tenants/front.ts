/**
 * The way to the tenants on one port. Each tenant has a server of its own, with all routes; the first one listens, and
 * gives every request to the server of the tenant that it is for:
 *
 * - Entra's addresses: by the first segment, an id or a domain name. `common` and its like, and names that no tenant has,
 *   are the first tenant's: its routes look at all tenants where they have to.
 * - Graph, UserInfo and the second API: by the claim `tid` of the access token.
 * - The control API: by `/_tenant/tenants/{tenant}` in front of the path.
 */

import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantState } from '../tenant-state.ts'
import { isOfSeveral, tenantNamed } from './lookup.ts'

/** The server of a tenant, with its routes. */
export interface TenantServer {
  tenant: TenantState
  server(): Promise<FastifyInstance>
}

/** `/_tenant/tenants/{tenant}`, and what follows; with `/_tenant` again, as servers of OpenAPI make addresses. */
const controlPrefix = /^\/_tenant\/tenants\/([^/?]+)(?:\/_tenant)?(?=[/?]|$)/i
const byToken = /^\/(?:v1\.0|beta|oidc|orders)(?:[/?]|$)|^\/+[^/]+\/+openid\/+userinfo/i

/**
 * Registers the hook that hands requests on. It comes before all hooks but the one that checks the host.
 *
 * @param servers of all tenants; the first is `app`
 */
export function handOn(
  app: FastifyInstance,
  servers: readonly [TenantServer, ...TenantServer[]],
): void {
  app.addHook('onRequest', async (request, reply) => {
    const { of, url } = destination(servers, request)
    if (of === servers[0] && url === undefined) return
    const server = await of.server()
    request.raw.url = url ?? request.originalUrl
    reply.hijack()
    server.routing(request.raw, reply.raw)
  })
}

/** The id of the tenant that a request is for; null: that of an address of several, whose user is not known yet. */
export function tenantOfRequest(
  { tenantId, tenants }: TenantState,
  { originalUrl }: FastifyRequest,
): string | null {
  if (tenants.length === 1) return tenantId
  return isOfSeveral(firstSegment(originalUrl)) ? null : tenantId
}

interface Destination {
  of: TenantServer
  /** The address for its routes; undefined: as it was sent. */
  url: string | undefined
}

function destination(
  servers: readonly [TenantServer, ...TenantServer[]],
  request: FastifyRequest,
): Destination {
  const [first] = servers
  const url = request.originalUrl.replace(/^https?:\/\/[^/?#]*/i, '')
  const [prefix, named] = controlPrefix.exec(url) ?? []
  if (prefix !== undefined && named !== undefined) {
    const of = find(servers, decoded(named))
    return of ? { of, url: `/_tenant${url.slice(prefix.length)}` } : { of: first, url: undefined }
  }
  if (servers.length === 1) return { of: first, url: undefined }
  const name = byToken.test(url) ? tokenTenant(request.raw) : decoded(firstSegment(url))
  return { of: find(servers, name) ?? first, url: undefined }
}

function find(servers: readonly TenantServer[], name: string): TenantServer | undefined {
  const tenant = tenantNamed(
    servers.map((server) => server.tenant),
    name,
  )
  return servers.find((server) => server.tenant === tenant)
}

function firstSegment(url: string): string {
  return /^\/+([^/?#]+)/.exec(url)?.[1] ?? ''
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** What the token says of itself: the tenant that it is handed to verifies it. */
function tokenTenant({ headers }: IncomingMessage): string {
  const payload = /^bearer +[^. ]*\.([^. ]*)\./i.exec(headers.authorization ?? '')?.[1] ?? ''
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const tid: unknown = Object(claims).tid
    return typeof tid === 'string' ? tid : ''
  } catch {
    return ''
  }
}

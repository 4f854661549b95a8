/**
 * UserInfo, which Graph hosts: claims about the user of an access token for Graph.
 * https://learn.microsoft.com/entra/identity-platform/userinfo
 */

import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import { requireCaller, type Caller } from '../graph/bearer.ts'
import { GraphError, invalidToken, sendGraphError, sendRequestIds } from '../graph/errors.ts'
import type { TenantState } from '../tenant-state.ts'
import { allowGraphFromPages } from './client/cross-origin.ts'

const path = '/oidc/userinfo'
/** Of version 1.0, which passport-azure-ad asks. */
const firstPath = '/:tenant/openid/userinfo'

export async function userInfoRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  allowGraphFromPages(app, [path, firstPath])
  app.addHook('onRequest', async (request, reply) => {
    sendRequestIds(request, reply)
    reply.header('cache-control', 'no-store, no-cache')
  })
  app.setErrorHandler<FastifyError | GraphError>((error, request, reply) => {
    const known =
      error instanceof GraphError
        ? error
        : new GraphError(error.statusCode ?? 500, 'UnknownError', error.message)
    return sendGraphError(tenant, known, request, reply)
  })
  // OpenID Connect Core section 5.3.1: both methods. The token is in the header only, as Microsoft's page has it.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const route = (url: string, describe: (caller: Described) => object) =>
    app.route({
      method: ['GET', 'POST'],
      url,
      config: { endpoint: 'userinfo' },
      handler: async (request) => describe(await identify(tenant, request)),
    })
  route(path, (caller) => describeUser(tenant, caller))
  route(firstPath, (caller) => describeInFirstVersion(tenant, caller))
}

interface Described extends Caller {
  sub: string
}

async function identify(tenant: TenantState, request: FastifyRequest): Promise<Described> {
  const caller = await requireCaller(tenant, request)
  const sub = caller.scopes.has('openid') ? subjectOf(request) : undefined
  if (sub === undefined) throw invalidToken(tenant, 'Token must contain sub claim.')
  return { ...caller, sub }
}

/** `openid` is required; `profile` and `email` give more. */
function describeUser(tenant: TenantState, { user, scopes, sub }: Described): object {
  return {
    sub,
    ...(scopes.has('profile')
      ? {
          name: user.displayName,
          ...named('family_name', user.surname),
          ...named('given_name', user.givenName),
          picture: `${tenant.graphOrigin}/v1.0/me/photo/$value`,
        }
      : {}),
    ...(scopes.has('email') ? named('email', user.mail) : {}),
  }
}

/** The claims of an ID token of that version that say who the user is. */
function describeInFirstVersion({ tenantId }: TenantState, { user, sub }: Described): object {
  return {
    sub,
    name: user.displayName,
    ...named('family_name', user.surname),
    ...named('given_name', user.givenName),
    oid: user.id,
    tid: tenantId,
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
  }
}

function named(name: string, value: string | null) {
  return value === null ? {} : { [name]: value }
}

/**
 * The `sub` of the ID token, which clients compare (OpenID Connect Core section 5.3.2). The token's own is Graph's: Entra
 * puts the client's beside it.
 */
function subjectOf({ headers }: FastifyRequest): string | undefined {
  const [, token = ''] = (headers.authorization ?? '').split(/ +/)
  const state: unknown = decodeJwt(token)['xms_st']
  if (typeof state !== 'object' || state === null || !('sub' in state)) return undefined
  return String(state.sub)
}

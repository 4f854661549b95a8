/** The groups of the signed-in user, from the token or from Graph: adds `request.groups()`. */
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { Type } from 'typebox'
import { ProblemError } from '../errors.ts'
import { isObject } from '../json.ts'
import { clientGoneStatus } from './index.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * For members of one of these groups: `{ onRequest: app.requireGroup(groupId) }`. Others get 403 `forbidden`. It
     * works behind `requireSignIn`.
     *
     * @param anyOf as the token has them: object ids, if the groups claim is not configured otherwise
     */
    requireGroup(...anyOf: string[]): onRequestAsyncHookHandler
  }

  interface FastifyRequest {
    /**
     * The object ids of the user's groups: from the token, or, if they are too many for it (groups
     * overage), from Graph, once per session and instance.
     *
     * @throws ProblemError as `callApi` does
     */
    groups(): Promise<readonly string[]>
  }
}

function groupsPlugin(app: FastifyInstance, _options: object, done: () => void): void {
  const groups = createGroups()
  app.decorateRequest('groups', function (this: FastifyRequest) {
    return groups.of(this)
  })
  app.decorate('requireGroup', (...anyOf: string[]) => {
    if (anyOf.length === 0) throw new Error('requireGroup needs the id of a group')
    return async (request: FastifyRequest) => {
      const own = await request.groups()
      if (anyOf.some((group) => own.includes(group))) return
      const fields = { event: 'group_missing', groups: anyOf }
      request.log.warn(fields, 'A user who is in none of the groups')
      const detail = 'This needs membership of a group that you are not in.'
      throw new ProblemError('forbidden', detail, { groups: anyOf })
    }
  })
  done()
}

export default fp(groupsPlugin, { name: 'groups', dependencies: ['auth', 'downstream'] })

const GroupIds = Type.Object({ value: Type.Array(Type.String({ maxLength: 64 })) })

/** Kept as long as the open session. Requests that wait for the same lookup share it. */
function createGroups() {
  const lookups = new WeakMap<object, Promise<readonly string[]>>()
  async function of(request: FastifyRequest): Promise<readonly string[]> {
    const { user } = request
    const shared = lookups.get(user)
    const groups = shared ?? find(request)
    lookups.set(user, groups)
    try {
      return await groups
    } catch (error) {
      if (lookups.get(user) === groups) lookups.delete(user)
      // The client of the request that started the lookup hung up, which says nothing about groups.
      if (shared && error instanceof ProblemError && error.status === clientGoneStatus) {
        return of(request)
      }
      throw error
    }
  }
  return { of }
}

async function find(request: FastifyRequest): Promise<readonly string[]> {
  const { claims } = await request.idToken()
  const { groups } = claims
  if (Array.isArray(groups)) return groups.filter((group) => typeof group === 'string')
  return isOverage(claims) ? fetchGroups(request) : []
}

/**
 * Whether the user has more groups than fit into the token. The token then names an address to ask,
 * which is not used: it is old (Azure AD Graph), and a token must not decide where a request goes.
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim
 */
function isOverage({ hasgroups, _claim_names: names }: Record<string, unknown>): boolean {
  const moved = isObject(names) && 'groups' in names
  return moved || hasgroups === true || hasgroups === 'true'
}

/**
 * Security groups only, as a token has them: the same user has the same groups from either source. Up to 11 000 ids at once:
 * https://learn.microsoft.com/graph/api/directoryobject-getmembergroups
 */
async function fetchGroups(request: FastifyRequest): Promise<readonly string[]> {
  const { value } = await request.callApi('graph', '/me/getMemberGroups', {
    method: 'POST',
    body: { securityEnabledOnly: true },
    answer: GroupIds,
  })
  return value
}

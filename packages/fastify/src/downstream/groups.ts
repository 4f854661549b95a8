/** What the organisation's directory knows about the signed-in user beyond the token: adds `request.groups()`. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Type } from 'typebox'
import { clientGoneStatus } from './index.ts'
import { ProblemError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The object ids of the groups that the user is in, from the token, or where they are too many for
     * it (groups overage) from Graph, once per session and instance.
     *
     * @throws ProblemError as `callApi` does
     */
    groups(): Promise<readonly string[]>
  }
}

function directory(app: FastifyInstance, _options: object, done: () => void): void {
  const groups = createGroups()
  app.decorateRequest('groups', function (this: FastifyRequest) {
    return groups.of(this)
  })
  done()
}

export default fp(directory, { name: 'directory', dependencies: ['identity', 'downstream'] })

// The groups that a user is in, wherever Entra put them.

const GroupIds = Type.Object({ value: Type.Array(Type.String({ maxLength: 64 })) })

interface Groups {
  of(request: FastifyRequest): Promise<readonly string[]>
}

/** What was found out lives as long as the open session, and one lookup serves all who wait for it. */
function createGroups(): Groups {
  const known = new WeakMap<object, Promise<readonly string[]>>()
  async function of(request: FastifyRequest): Promise<readonly string[]> {
    const { user } = request
    const shared = known.get(user)
    const groups = shared ?? find(request)
    known.set(user, groups)
    try {
      return await groups
    } catch (error) {
      if (known.get(user) === groups) known.delete(user)
      // Another request had asked, and its client hung up: that says nothing about the groups.
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
 * More groups than fit: the token says where to ask instead. That address is old (Azure AD Graph), and
 * nobody should ever be sent anywhere by what stands in a token.
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim
 */
function isOverage({ hasgroups, _claim_names: names }: Record<string, unknown>): boolean {
  const moved = typeof names === 'object' && names !== null && 'groups' in names
  return moved || hasgroups === true || hasgroups === 'true'
}

/** https://learn.microsoft.com/graph/api/directoryobject-getmembergroups; up to 11 000 ids at once. */
async function fetchGroups(request: FastifyRequest): Promise<readonly string[]> {
  const { value } = await request.callApi('graph', '/me/getMemberGroups', {
    method: 'POST',
    body: { securityEnabledOnly: false },
    answer: GroupIds,
  })
  return value
}

/**
 * The door of this room: what the organisation's directory knows about the signed-in user beyond the
 * token. It adds `request.organisationName` and `request.groups()`.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config/index.ts'
import { createGroups } from './groups.ts'
import { createOrganisationNames, type OrganisationNames } from './organisation-names.ts'

declare module 'fastify' {
  interface FastifyInstance {
    organisationNames: OrganisationNames
  }

  interface FastifyRequest {
    /**
     * The display name of the user's organisation, from Graph: looked up once a day for all of its people,
     * and never waited for. Null where it is not known (yet), or where the app has no permission to ask
     * (`User.Read`).
     */
    readonly organisationName: string | null
    /**
     * The object ids of the groups that the user is in, from the token, or where they are too many for
     * it (groups overage) from Graph, once per session and instance.
     *
     * @throws ProblemError as `callApi` does
     */
    groups(): Promise<readonly string[]>
  }
}

export interface DirectoryOptions {
  config: Config
  now: () => number
}

function directory(
  app: FastifyInstance,
  { config, now }: DirectoryOptions,
  done: () => void,
): void {
  const names = createOrganisationNames(mayReadOrganisation(config), now)
  const groups = createGroups()
  app.decorate('organisationNames', names)
  app.decorateRequest('organisationName', {
    getter(this: FastifyRequest) {
      return names.known(this)
    },
  })
  app.decorateRequest('groups', function (this: FastifyRequest) {
    return groups.of(this)
  })
  done()
}

/** Permissions that let an app read the organisation's name; the first is the least. */
const sufficient =
  /^(?:https:\/\/[^/]+\/)?(?:User\.Read(?:Write)?|Organization\.Read\.All|Directory\.Read(?:Write)?\.All)$/i

/**
 * What was not granted is not asked for: it would only fail, on every page of every person. Tokens for
 * Graph are asked for with Graph's own scopes; what only the sign-in asks for is gone an hour later.
 */
function mayReadOrganisation({ downstreamApis: { graph } }: Config): boolean {
  return graph !== undefined && graph.scopes.some((scope) => sufficient.test(scope))
}

export default fp(directory, { name: 'directory', dependencies: ['identity', 'downstream'] })

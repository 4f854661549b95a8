/** Names of organisations: one question to Graph for all people of a tenant, and nobody waits for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { Type } from 'typebox'

/** A name changes once in years. */
const knownMs = 24 * 3600_000
/** What failed is asked again by somebody who comes later. */
const failedMs = 60_000
/** How long the first page of somebody who just signed in waits for it, from the moment it was asked for, ms. */
const patienceMs = 250
const maxTenants = 1000

const Organizations = Type.Object({
  value: Type.Array(
    Type.Object({
      id: Type.String(),
      displayName: Type.String({ minLength: 1, maxLength: 256 }),
    }),
  ),
})

interface Lookup {
  name: string | null
  /** Undefined once it is over. */
  underWay: Promise<unknown> | undefined
  goodUntil: number
}

export interface OrganisationNames {
  /** Whether a name would have to be looked up. */
  isMissing(tenantId: string): boolean
  /** What is known by now; it is looked up where nothing is. */
  known(request: FastifyRequest): string | null
  /** The same, after a moment's patience. */
  of(request: FastifyRequest): Promise<string | null>
}

/** @param mayAsk whether the app has a permission for it */
export function createOrganisationNames(mayAsk: boolean, now: () => number): OrganisationNames {
  const lookups = new LRUCache<string, Lookup>({ max: maxTenants })

  function start(request: FastifyRequest, tenantId: string): Lookup {
    const lookup: Lookup = { name: null, underWay: undefined, goodUntil: now() + failedMs }
    const finished = fetchName(request, tenantId).then(
      (name) => {
        lookup.name = name
        lookup.goodUntil = now() + (name === null ? failedMs : knownMs)
        lookup.underWay = undefined
      },
      (error: unknown) => {
        request.log.info(
          { err: error, event: 'organisation_unknown' },
          'No name of the organisation',
        )
        lookup.underWay = undefined
      },
    )
    lookup.underWay = Promise.race([finished, sleep(patienceMs)])
    lookups.set(tenantId, lookup)
    return lookup
  }

  const current = (tenantId: string) => {
    const known = lookups.get(tenantId)
    return known && now() < known.goodUntil ? known : undefined
  }

  const find = (request: FastifyRequest): Lookup | undefined => {
    if (!mayAsk) return undefined
    const { tenantId } = request.user
    return current(tenantId) ?? start(request, tenantId)
  }

  return {
    isMissing: (tenantId) => mayAsk && !current(tenantId),
    known: (request) => find(request)?.name ?? null,
    of: async (request) => {
      const lookup = find(request)
      if (lookup?.underWay) await lookup.underWay
      return lookup?.name ?? null
    },
  }
}

/** https://learn.microsoft.com/graph/api/organization-list */
async function fetchName(request: FastifyRequest, tenantId: string): Promise<string | null> {
  const answer = await request.callApi('graph', '/organization', {
    query: { $select: 'id,displayName' },
    answer: Organizations,
    outlivesRequest: true,
  })
  return answer.value.find(({ id }) => id.toLowerCase() === tenantId)?.displayName ?? null
}

/** `/users` and `/users/{id}`. */

import type { FastifyInstance } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import type { TenantState } from '../../tenant-state.ts'
import { denied, requireCaller, requireScope, type Caller } from '../bearer.ts'
import { badRequest, notFound, unsupportedQuery } from '../errors.ts'
import { parseFilter } from '../filter/filter.ts'
import {
  anyUserScopes,
  ownUserScopes,
  parseCount,
  parseOptions,
  parseSelect,
  parseTop,
  placesInOrder,
  view,
  type Options,
} from '../query.ts'
import { search } from '../filter/search.ts'

export function usersRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/users', { config: { endpoint: 'users' } }, async (request) => {
    const caller = await requireCaller(tenant, request)
    requireScope(caller, anyUserScopes)
    refuseGuest(tenant, caller)
    const options = parseOptions(request.url)
    const select = parseSelect(options.$select)
    refuseSimple(options, request.headers.consistencylevel === 'eventual')
    const page = pageOf(tenant, options)
    return {
      '@odata.context': `${tenant.origin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}`,
      ...(page.count === undefined ? {} : { '@odata.count': page.count }),
      ...(page.nextLink === undefined ? {} : { '@odata.nextLink': page.nextLink }),
      value: page.users.map((user) => view(user, caller, select)),
    }
  })

  app.get<{ Params: { id: string } }>(
    '/users/:id',
    { config: { endpoint: 'users' } },
    async (request) => {
      const caller = await requireCaller(tenant, request)
      const user = findUser(tenant, request.params.id)
      requireScope(caller, user?.id === caller.user.id ? ownUserScopes : anyUserScopes)
      if (user?.id !== caller.user.id) refuseGuest(tenant, caller)
      if (!user) throw notFound(request.params.id)
      const select = parseSelect(parseOptions(request.url).$select)
      return {
        '@odata.context': `${tenant.origin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`,
        ...view(user, caller, select),
      }
    },
  )
}

/** https://learn.microsoft.com/entra/identity/users/users-restrict-guest-permissions */
function refuseGuest({ policies }: TenantState, { user }: Caller): void {
  if (policies.guestsRestricted && user.userType === 'Guest') throw denied()
}

/** By object id or user principal name. */
export function findUser(tenant: TenantState, id: string): TenantUser | undefined {
  return tenant.directory.byIdOrName(id)
}

/** Refuses queries that need the index behind `ConsistencyLevel: eventual`. */
function refuseSimple(options: Options, eventual: boolean): void {
  if (eventual) return
  if (options.$search !== undefined) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    )
  }
  if (parseCount(options.$count)) {
    throw badRequest('$count is not currently supported.')
  }
  if (options.$filter !== undefined && options.$orderby !== undefined) {
    throw unsupportedQuery('Sorting not supported for current query.')
  }
}

const purpose = 'skiptoken'

function pageOf(tenant: TenantState, options: Options) {
  const top = parseTop(options.$top)
  const { users } = tenant.directory
  const found = findPlaces(users, options)
  const start = options.$skiptoken === undefined ? 0 : openToken(tenant, options.$skiptoken)
  const end = start + top
  return {
    users: Array.from(found.slice(start, end), (place) => users[place]).filter(isThere),
    // Only on the first page: https://learn.microsoft.com/graph/aad-advanced-queries
    count: parseCount(options.$count) && start === 0 ? found.length : undefined,
    nextLink: end < found.length ? nextLink(tenant, options, end) : undefined,
  }
}

function isThere(user: TenantUser | undefined): user is TenantUser {
  return user !== undefined
}

function findPlaces(users: readonly TenantUser[], options: Options): Uint32Array {
  const mask = options.$search === undefined ? undefined : search(options.$search, users)
  const filter = options.$filter === undefined ? undefined : parseFilter(options.$filter)
  const all = placesInOrder(users, options.$orderby)
  if (!mask && !filter) return all
  const fits = (user: TenantUser | undefined) => !filter || (user !== undefined && filter(user))
  return all.filter((place) => mask?.[place] !== 0 && fits(users[place]))
}

function nextLink(tenant: TenantState, options: Options, start: number): string {
  const next = { ...options, $skiptoken: tenant.seal.seal(purpose, { start }) }
  const query = Object.entries(next).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${tenant.origin}/v1.0/users?${query.join('&')}`
}

function openToken(tenant: TenantState, token: string): number {
  const opened = tenant.seal.open(purpose, token)
  if (typeof opened === 'object' && opened !== null && 'start' in opened)
    return Number(opened.start)
  throw badRequest('Skip token is malformed.')
}

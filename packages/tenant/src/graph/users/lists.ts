/** What belongs to a user: reports, owned objects, devices. https://learn.microsoft.com/graph/api/resources/user#relationships */

import type { FastifyInstance } from 'fastify'
import { devicesOf } from '../../devices/devices.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { managers, ownReports } from '../access.ts'
import { listAnswer, sendCount } from '../protocol/answers.ts'
import {
  castOf,
  ofDevice,
  ofGroup,
  ofUser,
  queriedType,
  viewObject,
  type DirectoryObject,
} from '../directory/object.ts'
import { readQuery } from '../query.ts'
import { ofUsers, requireTarget } from './view.ts'

type Related = (tenant: TenantState, user: TenantUser) => readonly DirectoryObject[]
type Route = { Params: { cast?: string } }

const config = { endpoint: 'users' } as const

/** Who created what is not kept. */
const nothing = () => []

const lists: Readonly<Record<string, Related>> = {
  createdObjects: nothing,
  directReports: ({ directory }, user) => directory.managers.reportsOf(user).map(ofUser),
  ownedDevices: (_, user) => devicesOf(user).map(ofDevice),
  ownedObjects: ({ directory }, user) =>
    directory.groups.filter(({ owners }) => owners.includes(user.id)).map(ofGroup),
  registeredDevices: (_, user) => devicesOf(user).map(ofDevice),
  transitiveReports: (tenant, user) => allReports(tenant, user).map(ofUser),
}

export function userListRoutes(app: FastifyInstance, tenant: TenantState): void {
  const access = { own: ownReports, any: managers }
  for (const [name, related] of Object.entries(lists)) {
    const found = (user: TenantUser, cast: string | undefined) => {
      const wanted = castOf(cast)
      const objects = related(tenant, user)
      return wanted ? objects.filter(({ type }) => type === wanted) : objects
    }
    for (const url of ofUsers(`/${name}`).flatMap((base) => [base, `${base}/:cast`])) {
      app.get<Route>(url, { config }, async (request) => {
        const { caller, user } = await requireTarget(tenant, request, access)
        const { cast } = request.params
        const type = queriedType(castOf(cast))
        const query = readQuery(request, type)
        return listAnswer(tenant, request, {
          type,
          objects: found(user, cast),
          query,
          context: cast === undefined ? 'directoryObjects' : `${type.name}s`,
          view: (each) => viewObject(each, caller, query.select),
        })
      })
    }
    for (const url of ofUsers(`/${name}`).flatMap((base) => [
      `${base}/$count`,
      `${base}/:cast/$count`,
    ])) {
      app.get<Route>(url, { config }, async (request, reply) => {
        const { user } = await requireTarget(tenant, request, access)
        const { cast } = request.params
        return sendCount(request, reply, queriedType(castOf(cast)), found(user, cast))
      })
    }
  }
}

/** Reports of reports too; a circle of managers ends. */
function allReports({ directory }: TenantState, user: TenantUser): TenantUser[] {
  const found = new Map([[user.id, user]])
  for (const each of found.values()) {
    for (const report of directory.managers.reportsOf(each)) found.set(report.id, report)
  }
  found.delete(user.id)
  return [...found.values()]
}

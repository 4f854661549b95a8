/** `/devices`: registered devices and their owners. https://learn.microsoft.com/graph/api/device-list, device-get */

import type { FastifyInstance } from 'fastify'
import { allDevices, type TenantDevice } from '../../devices/devices.ts'
import type { TenantState } from '../../tenant-state.ts'
import { devices as access } from '../access.ts'
import { requireAccess } from '../bearer.ts'
import { ofUser, queriedType, viewDevice, viewObject, castOf } from '../directory/object.ts'
import { badRequest, notFound } from '../errors.ts'
import { contextOf, listAnswer, sendCount } from '../protocol/answers.ts'
import { alternateKey } from '../protocol/paths.ts'
import { readQuery } from '../query.ts'
import { refuseGuest, type AnyCaller } from '../users/view.ts'
import { deviceType } from './entity.ts'

type Route = { Params: { id: string; cast?: string } }

const config = { endpoint: 'directory' } as const

export function deviceRoutes(app: FastifyInstance, tenant: TenantState): void {
  const all = () => allDevices(tenant.directory.users)
  app.get('/devices', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, access)
    refuseGuest(tenant, caller)
    const query = readQuery(request, deviceType)
    return listAnswer(tenant, request, {
      type: deviceType,
      objects: all().list,
      query,
      context: 'devices',
      view: (device) => viewDevice(device, caller, query.select),
    })
  })
  app.get('/devices/$count', { config }, async (request, reply) => {
    refuseGuest(tenant, await requireAccess(tenant, request, access))
    return sendCount(request, reply, deviceType, all().list)
  })
  app.get<Route>('/devices/:id', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, access)
    const device = requireDevice(tenant, caller, request.params.id)
    const query = readQuery(request, deviceType, true)
    return {
      '@odata.context': `${contextOf(tenant, 'devices', query)}/$entity`,
      ...viewDevice(device, caller, query.select),
    }
  })
  relationRoutes(app, tenant)
}

/** Of a device: its owner, who is its user too, and its groups, of which there are none here. */
function relationRoutes(app: FastifyInstance, tenant: TenantState): void {
  const relations = ['registeredOwners', 'registeredUsers', 'memberOf', 'transitiveMemberOf']
  for (const relation of relations) {
    const related = ({ ownerId }: TenantDevice, cast: string | undefined) => {
      const wanted = castOf(cast)
      const owner = relation.startsWith('registered') ? tenant.directory.byId(ownerId) : undefined
      return owner && (wanted ?? 'user') === 'user' ? [ofUser(owner)] : []
    }
    for (const url of [`/devices/:id/${relation}`, `/devices/:id/${relation}/:cast`]) {
      app.get<Route>(url, { config }, async (request) => {
        const caller = await requireAccess(tenant, request, access)
        const { id, cast } = request.params
        const device = requireDevice(tenant, caller, id)
        const type = queriedType(castOf(cast))
        const query = readQuery(request, type)
        return listAnswer(tenant, request, {
          type,
          objects: related(device, cast),
          query,
          context: cast === undefined ? 'directoryObjects' : `${type.name}s`,
          view: (each) => viewObject(each, caller, query.select),
        })
      })
      app.get<Route>(`${url}/$count`, { config }, async (request, reply) => {
        const caller = await requireAccess(tenant, request, access)
        const { id, cast } = request.params
        const device = requireDevice(tenant, caller, id)
        return sendCount(request, reply, queriedType(castOf(cast)), related(device, cast))
      })
    }
  }
}

/** By object id, or `(deviceId='…')`. @throws GraphError 400 for another key, 403, 404 */
function requireDevice(tenant: TenantState, caller: AnyCaller, key: string): TenantDevice {
  refuseGuest(tenant, caller)
  const { list, byId } = allDevices(tenant.directory.users)
  const alternate = alternateKey(key)
  if (alternate && alternate.name.toLowerCase() !== 'deviceid') {
    throw badRequest(`'${alternate.name}' is not a key of type 'microsoft.graph.device'.`)
  }
  const wanted = (alternate?.value ?? key).toLowerCase()
  const found = alternate ? list.find(({ deviceId }) => deviceId === wanted) : byId.get(wanted)
  if (!found) throw notFound(key)
  return found
}

/**
 * The devices that users have registered: computed from the user's id whenever they are asked for, as other properties are, so
 * that 100,000 users need no memory for them. A user who was created has registered none.
 * https://learn.microsoft.com/graph/api/resources/device
 */

import { guid } from '../directory/generate.ts'
import type { TenantUser } from '../directory/user.ts'

export interface TenantDevice {
  id: string
  deviceId: string
  /** The user who registered it: its owner and its user. */
  ownerId: string
  displayName: string
  model: DeviceModel
  /** Ms since the epoch. */
  registeredAt: number
  lastSignInAt: number
}

interface DeviceModel {
  manufacturer: string
  model: string
  operatingSystem: string
  operatingSystemVersion: string
  /** Of the organisation, or the user's own. */
  trustType: 'AzureAd' | 'Workplace'
  /** In front of the number in its name. */
  prefix: string
}

const models: readonly [DeviceModel, ...DeviceModel[]] = [
  device('Dell Inc.', 'Latitude 7450', 'Windows', '10.0.26100.2314', 'AzureAd', 'LAPTOP'),
  device('LENOVO', 'ThinkPad T14 Gen 5', 'Windows', '10.0.22631.4460', 'AzureAd', 'LAPTOP'),
  device('Apple', 'MacBookPro18,3', 'MacMDM', '15.1.1', 'AzureAd', 'MAC'),
  device('Apple', 'iPhone 15', 'IPhone', '18.1', 'Workplace', 'IPHONE'),
  device('Google', 'Pixel 8', 'AndroidForWork', '15', 'Workplace', 'ANDROID'),
]

function device(
  manufacturer: string,
  model: string,
  operatingSystem: string,
  operatingSystemVersion: string,
  trustType: DeviceModel['trustType'],
  prefix: string,
): DeviceModel {
  return { manufacturer, model, operatingSystem, operatingSystemVersion, trustType, prefix }
}

const day = 86_400_000
const firstDay = Date.UTC(2023, 0, 9)

const known = new WeakMap<TenantUser, readonly TenantDevice[]>()

/** None for guests and for users who were created, otherwise one or two. */
export function devicesOf(user: TenantUser): readonly TenantDevice[] {
  const made = known.get(user) ?? make(user)
  known.set(user, made)
  return made
}

function make(user: TenantUser): TenantDevice[] {
  const isCreated = user.profile !== undefined && Object.hasOwn(user.profile, 'createdDateTime')
  if (user.userType === 'Guest' || isCreated) return []
  const draw = parseInt(user.id.slice(0, 8), 16) || 0
  return Array.from({ length: 1 + (draw % 2) }, (_, place) => {
    const id = guid(`device ${user.id} ${place}`)
    const number = parseInt(id.slice(0, 8), 16)
    // The first one is a computer.
    const model = models[place === 0 ? number % 3 : 3 + (number % 2)] ?? models[0]
    const registeredAt = firstDay + (number % 700) * day
    return {
      id,
      deviceId: guid(`registration ${id}`),
      ownerId: user.id,
      displayName: `${model.prefix}-${id.slice(0, 6).toUpperCase()}`,
      model,
      registeredAt,
      lastSignInAt: registeredAt + (number % 300) * day,
    }
  })
}

interface Devices {
  list: readonly TenantDevice[]
  byId: ReadonlyMap<string, TenantDevice>
}

const lists = new WeakMap<readonly TenantUser[], Devices>()

/** Of all users. */
export function allDevices(users: readonly TenantUser[]): Devices {
  const made = lists.get(users) ?? index(users)
  lists.set(users, made)
  return made
}

function index(users: readonly TenantUser[]): Devices {
  const list = users.flatMap(devicesOf)
  return { list, byId: new Map(list.map((one) => [one.id, one])) }
}

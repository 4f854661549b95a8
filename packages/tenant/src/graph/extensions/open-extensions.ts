/**
 * `/users/{id}/extensions`: open extensions, in which applications keep small data of their own with a user.
 * https://learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension
 */

import type { FastifyInstance } from 'fastify'
import type { OpenExtension, TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { anyUser, ownUserOnly, updateSelf, updateUsers } from '../access.ts'
import { badBody, badRequest, conflict, notFound } from '../errors.ts'
import { graphUrl, type Row } from '../protocol/answers.ts'
import { ofUsers, requireAdministrator, requireTarget } from '../users/view.ts'

type OneRoute = { Params: { extension: string } }

const config = { endpoint: 'users' } as const
const read = { own: ownUserOnly, any: anyUser }
const write = { own: updateSelf, any: updateUsers }
const prefix = 'microsoft.graph.openTypeExtension.'

/** https://learn.microsoft.com/graph/extensibility-overview#open-extensions: for each application, and for each of them. */
const mostOfApplication = 2
const largest = 2 * 1024

export function openExtensionRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const url of ofUsers('/extensions')) {
    app.get(url, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, read)
      return {
        '@odata.context': contextOf(tenant, user),
        value: extensionsOf(user).map(viewExtension),
      }
    })
    app.post(url, { config }, async (request, reply) => {
      const { caller, user } = await requireTarget(tenant, request, write)
      if (caller.user?.id !== user.id) requireAdministrator(caller)
      const known = extensionsOf(user)
      const { extensionName, ...values } = readValues(request.body)
      if (typeof extensionName !== 'string' || !/^[\w.-]{1,128}$/.test(extensionName)) {
        throw badBody('The extensionName is missing or invalid.')
      }
      if (find(user, extensionName)) {
        throw conflict(409, `An extension with the name '${extensionName}' exists already.`)
      }
      if (known.filter(({ appId }) => appId === caller.appId).length >= mostOfApplication) {
        throw badBody('The application has two open extensions on this object already.')
      }
      const made = checkSize({ name: extensionName, appId: caller.appId, values })
      tenant.directory.putUser({ ...user, openExtensions: [...known, made] })
      return reply
        .code(201)
        .send({ '@odata.context': `${contextOf(tenant, user)}/$entity`, ...viewExtension(made) })
    })
  }
  oneRoutes(app, tenant)
}

function oneRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const url of ofUsers('/extensions/:extension')) {
    app.get<OneRoute>(url, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, read)
      const found = existing(user, request.params.extension)
      return { '@odata.context': `${contextOf(tenant, user)}/$entity`, ...viewExtension(found) }
    })
    app.patch<OneRoute>(url, { config }, async (request, reply) => {
      const { caller, user } = await requireTarget(tenant, request, write)
      if (caller.user?.id !== user.id) requireAdministrator(caller)
      const found = existing(user, request.params.extension)
      const { extensionName: _, ...values } = readValues(request.body)
      const merged = Object.entries({ ...found.values, ...values })
      // https://learn.microsoft.com/graph/api/opentypeextension-update: null removes a property.
      const kept = Object.fromEntries(merged.filter(([, value]) => value !== null))
      replace(tenant, user, found, checkSize({ ...found, values: kept }))
      return reply.code(204).send()
    })
    app.delete<OneRoute>(url, { config }, async (request, reply) => {
      const { caller, user } = await requireTarget(tenant, request, write)
      if (caller.user?.id !== user.id) requireAdministrator(caller)
      replace(tenant, user, existing(user, request.params.extension), undefined)
      return reply.code(204).send()
    })
  }
}

function extensionsOf({ openExtensions = [] }: TenantUser): readonly OpenExtension[] {
  return openExtensions
}

/** For `$expand=extensions`. */
export function viewExtensions(user: TenantUser): Row[] {
  return extensionsOf(user).map(viewExtension)
}

function viewExtension({ name, values }: OpenExtension): Row {
  return {
    '@odata.type': '#microsoft.graph.openTypeExtension',
    ...values,
    extensionName: name,
    id: name,
  }
}

/** By its name, or by its name with the type in front. */
function find(user: TenantUser, key: string): OpenExtension | undefined {
  const wanted = key.toLowerCase().replace(prefix.toLowerCase(), '')
  return extensionsOf(user).find(({ name }) => name.toLowerCase() === wanted)
}

/** @throws GraphError 404 */
function existing(user: TenantUser, key: string): OpenExtension {
  const found = find(user, key)
  if (!found) throw notFound(key)
  return found
}

function replace(
  { directory }: TenantState,
  user: TenantUser,
  before: OpenExtension,
  after: OpenExtension | undefined,
): void {
  const others = extensionsOf(user).filter((one) => one !== before)
  directory.putUser({ ...user, openExtensions: after ? [...others, after] : others })
}

function contextOf(tenant: TenantState, { id }: TenantUser): string {
  return `${graphUrl(tenant)}/$metadata#users('${id}')/extensions`
}

/** "The data in the JSON payload can be primitive types, or arrays of primitive types." @throws GraphError 400 */
function readValues(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('Unable to read JSON request payload.')
  }
  const members = Object.entries(body).filter(([name]) => !name.startsWith('@') && name !== 'id')
  const type = (body as Readonly<Record<string, unknown>>)['@odata.type']
  const isOpen = typeof type === 'string' && /^#?microsoft\.graph\.openTypeExtension$/i.test(type)
  if (type !== undefined && !isOpen) {
    throw badBody('The type of the extension has to be microsoft.graph.openTypeExtension.')
  }
  const wrong = members.find(([, value]) => !isPlain(value))
  if (wrong) {
    throw badBody(`Invalid value specified for property '${wrong[0]}' of resource 'Extension'.`)
  }
  return Object.fromEntries(members)
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one !== 'object')
  return typeof value !== 'object' || value === null
}

/** @throws GraphError 400 */
function checkSize(extension: OpenExtension): OpenExtension {
  if (Buffer.byteLength(JSON.stringify(viewExtension(extension))) > largest) {
    throw badBody('The size of the extension exceeds the maximum of 2 KB.')
  }
  return extension
}

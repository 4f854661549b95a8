/** `/_tenant/clients`: the applications that are registered here. In the form of `clients` of `tenant.json`. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { clientIdOf } from '../../config/applications.ts'
import { putClients } from '../../config/clients.ts'
import { checkConfig, ConfigError } from '../../config/load.ts'
import { Client, type ConfigClient } from '../../config/schema.ts'
import type { Entry } from '../../registry/registry.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done, isForm } from '../answer.ts'
import { ControlError } from '../errors.ts'
import { bodyOf } from '../validation.ts'

const Uris = Type.Object({ redirectUris: Type.Array(Type.String()) })

const Answer = Type.Object(
  {
    clientId: Type.String(),
    name: Type.String(),
    web: Uris,
    spa: Uris,
    publicClient: Uris,
    identifierUris: Type.Array(Type.String()),
    secrets: Type.Integer({ description: 'the number of its secrets' }),
    newSecret: Type.Optional(Type.String({ description: 'a secret that was made now' })),
  },
  { description: 'A client; secrets are not shown again' },
)

/** What a form sends: addresses, one on a line. */
const Form = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 256 })),
  web: Type.Optional(Type.String({ maxLength: 20_000 })),
  spa: Type.Optional(Type.String({ maxLength: 20_000 })),
  publicClient: Type.Optional(Type.String({ maxLength: 20_000 })),
})

type Route = { Params: { client: string } }

const tags = ['clients']
const errors = ['unknown_client', 'built_in'] as const
const config = {
  list: {
    documented: {
      summary: 'The clients that are registered here',
      tags,
      answer: { schema: Type.Object({ clients: Type.Array(Answer) }) },
    },
  },
  put: {
    documented: {
      summary: 'Registers a client, or replaces the one with its id',
      tags,
      answer: { schema: Answer },
    },
  },
  remove: { documented: { summary: 'Deletes a client', tags, errors } },
} as const

export function clientRoutes(app: FastifyInstance, tenant: TenantState): void {
  const { registry } = tenant
  app.get('/clients', { config: config.list }, async () => ({
    clients: registry
      .entries()
      .filter(({ isRegistered }) => isRegistered)
      .map((entry) => viewOf(entry)),
  }))
  app.post('/clients', { config: config.put, schema: { body: Client } }, async (request) =>
    putClient(tenant, bodyOf(Client, request)),
  )
  app.post<Route>('/clients/:client', { schema: { body: Form } }, async (request, reply) => {
    const entry = requireEntry(tenant, request.params.client)
    if (!isForm(request)) throw new ControlError('unsupported_media_type', 'This is for forms.')
    const { name = entry.application.displayName, ...lists } = bodyOf(Form, request)
    const uris = Object.fromEntries(
      (['web', 'spa', 'publicClient'] as const).map((platform) => [
        platform,
        { redirectUris: (lists[platform] ?? '').split(/\s+/).filter(Boolean) },
      ]),
    )
    const { clientId } = viewOf(entry)
    withClientRules(() => checkConfig({ clients: [{ name, clientId, ...uris }] }))
    const { application } = entry
    entry.application = {
      ...application,
      displayName: name,
      web: { ...application.web, ...uris['web'] },
      spa: { ...application.spa, ...uris['spa'] },
      publicClient: { ...application.publicClient, ...uris['publicClient'] },
    }
    return done(request, reply, `/directory?client=${clientId}#edit-client`)
  })
  app.delete<Route>('/clients/:client', { config: config.remove }, async (request, reply) => {
    registry.remove(requireEntry(tenant, request.params.client))
    return done(request, reply, '/directory')
  })
}

/** @throws ControlError 404 for an unknown one, 409 for one of Microsoft's */
function requireEntry({ registry }: Pick<TenantState, 'registry'>, text: string): Entry {
  const entry = registry.entry(text)
  if (!entry) throw new ControlError('unknown_client', `There is no client "${text}".`)
  if (entry.isRegistered) return entry
  throw new ControlError('built_in', `"${entry.application.displayName}" belongs to every tenant.`)
}

/** With the same rules as those of `tenant.json`. @throws ControlError */
function withClientRules<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const problems = error.problems.map(({ key, message }) => ({
      key: key.replace(/^clients\[0\]\.?/, ''),
      message,
    }))
    const lines = problems.map(({ key, message }) => `"${key}" ${message}.`.replace('?.', '?'))
    throw new ControlError('invalid_request', lines.join(' '), { problems })
  }
}

function putClient({ registry, now }: TenantState, client: ConfigClient) {
  const clientId = clientIdOf(client)
  const known = registry.entry(clientId)
  if (known && !known.isRegistered) {
    throw new ControlError(
      'built_in',
      `"${client.name}" has the id of an application of Microsoft.`,
    )
  }
  const [newSecret] = withClientRules(() => {
    checkConfig({ clients: [client] })
    return putClients(registry, [client], now())
  })
  const entry = requireEntry({ registry }, clientId)
  return viewOf(entry, newSecret?.secret)
}

function viewOf({ application }: Entry, newSecret?: string) {
  const { appId, displayName, web, spa, publicClient } = application
  return {
    clientId: appId,
    name: displayName,
    web: { redirectUris: web.redirectUris },
    spa: { redirectUris: spa.redirectUris },
    publicClient: { redirectUris: publicClient.redirectUris },
    identifierUris: application.identifierUris,
    secrets: application.passwordCredentials.length,
    ...(newSecret === undefined ? {} : { newSecret }),
  }
}

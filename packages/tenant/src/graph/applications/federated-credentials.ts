/** `/applications/{id}/federatedIdentityCredentials`: issuers whose tokens replace a secret. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { FederatedIdentityCredential } from '../../registry/application.ts'
import type { TenantState } from '../../tenant-state.ts'
import { badBody, conflict, notFound } from '../errors.ts'
import { keyed, listAnswer, objectAnswer, readBody, type Collection } from '../odata.ts'
import { findApplication, requireReader, requireWriter } from './operations.ts'

type Route = { Params: { key: string } }
type OneRoute = { Params: { key: string; credential: string } }

const type = 'FederatedIdentityCredential'

const NewCredential = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$' }),
    issuer: Type.String({ minLength: 1, maxLength: 600 }),
    subject: Type.String({ minLength: 1, maxLength: 600 }),
    audiences: Type.Array(Type.String({ minLength: 1, maxLength: 600 }), {
      minItems: 1,
      maxItems: 1,
    }),
    description: Type.Optional(Type.Union([Type.String({ maxLength: 600 }), Type.Null()])),
  },
  { additionalProperties: false },
)

const CredentialChange = Type.Partial(Type.Omit(NewCredential, ['name']), {
  additionalProperties: false,
})

const most = 20

export function federatedCredentialRoutes(app: FastifyInstance, tenant: TenantState): void {
  const config = { endpoint: 'applications' } as const
  for (const url of keyed('applications', '/federatedIdentityCredentials')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireReader(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const rows = application.federatedIdentityCredentials.map((one) => ({ ...one }))
      return listAnswer(tenant, collectionOf(application.id), rows, request)
    })
    app.post<Route>(url, { config }, async (request, reply) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const input = readBody(NewCredential, request.body, type)
      refuseConflict(application.federatedIdentityCredentials, input)
      const credential = { id: randomUUID(), description: null, ...input }
      application.federatedIdentityCredentials.push(credential)
      const view = objectAnswer(tenant, collectionOf(application.id), credential, request.url)
      return reply.code(201).send(view)
    })
  }
  for (const url of keyed('applications', '/federatedIdentityCredentials/:credential')) {
    app.patch<OneRoute>(url, { config }, async (request, reply) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const all = application.federatedIdentityCredentials
      const { credential } = request.params
      const found = all.find(({ id, name }) => id === credential || name === credential)
      if (!found) throw notFound(credential)
      const changed = { ...found, ...readBody(CredentialChange, request.body, type) }
      const others = all.filter((one) => one !== found)
      refuseConflict(others, changed)
      application.federatedIdentityCredentials = all.map((one) => (one === found ? changed : one))
      return reply.code(204).send()
    })
    app.delete<OneRoute>(url, { config }, async (request, reply) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const { credential } = request.params
      const left = application.federatedIdentityCredentials.filter(
        ({ id, name }) => id !== credential && name !== credential,
      )
      if (left.length === application.federatedIdentityCredentials.length) {
        throw notFound(credential)
      }
      application.federatedIdentityCredentials = left
      return reply.code(204).send()
    })
  }
}

function collectionOf(id: string): Collection {
  return {
    name: `applications('${id}')/federatedIdentityCredentials`,
    type: 'federatedIdentityCredential',
    filterable: ['name', 'issuer', 'subject'],
  }
}

function refuseConflict(
  all: readonly FederatedIdentityCredential[],
  input: Pick<FederatedIdentityCredential, 'name' | 'issuer' | 'subject'>,
): void {
  if (all.length >= most) throw badBody(`An application can have ${most} federated credentials.`)
  if (all.some(({ name }) => name === input.name)) {
    throw conflict(409, `FederatedIdentityCredential with name ${input.name} already exists.`)
  }
  const same = all.some(
    ({ issuer, subject }) => issuer === input.issuer && subject === input.subject,
  )
  if (same) throw conflict(409, 'The combination of issuer and subject is already in use.')
}

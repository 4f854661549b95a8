/** `/_tenant/faults`: single failures, and `/_tenant/keys`: the signing keys. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoints } from '../../endpoint.ts'
import { parseFault } from '../../faults/parse.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done } from '../answer.ts'
import { bodyOf } from '../validation.ts'

const Fault = Type.Object(
  {
    at: Type.String({ description: `one of ${endpoints.join(', ')}` }),
    kind: Type.String({
      description: 'the kind, such as respond, delay, hang, aadsts, graphError',
    }),
    times: Type.Optional(Type.Integer({ minimum: 1, description: 'the number of requests' })),
  },
  { description: 'A fault, with the members of its kind.' },
)

/** Any JSON: `parseFault` says more about a mistake than a schema could. */
const AnyFault = Type.Unsafe<unknown>({
  description: 'A fault: at, kind, and the members of its kind.',
})

const Rotation = Type.Object(
  {
    keepOld: Type.Optional(
      Type.Boolean({ description: 'true or false: the old key stays in the JWKS, as at Entra' }),
    ),
  },
  { additionalProperties: false, description: 'an object' },
)

const tags = ['failures']

export function faultRoutes(app: FastifyInstance, tenant: TenantState): void {
  const listed = {
    summary: 'The faults that are set one by one',
    tags,
    answer: { schema: Type.Object({ faults: Type.Array(Fault) }) },
  }
  app.get('/faults', { config: { documented: listed } }, async () => ({
    faults: tenant.faults.list(),
  }))
  app.post(
    '/faults',
    // `parseFault` checks the members of each kind.
    { config: { documented: { summary: 'Sets a fault', tags } }, schema: { body: AnyFault } },
    async (request, reply) => {
      tenant.faults.set(parseFault(request.body))
      return done(request, reply)
    },
  )
  app.delete(
    '/faults',
    { config: { documented: { summary: 'Clears every fault', tags } } },
    async (request, reply) => {
      tenant.faults.clear()
      return done(request, reply)
    },
  )
  app.post(
    '/keys/rotate',
    {
      config: { documented: { summary: 'Makes a new signing key', tags: ['keys'] } },
      schema: { body: Rotation },
    },
    async (request, reply) => {
      tenant.keys.rotate(bodyOf(Rotation, request))
      return done(request, reply)
    },
  )
}

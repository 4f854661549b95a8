/** `/_tenant/state` and `/_tenant/reset`: everything of the tenant as one JSON document. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { TenantLifecycle } from '../../state/lifecycle.ts'
import { done } from '../answer.ts'
import { ControlError } from '../errors.ts'

/** Of 10,000 changed users. */
const bodyLimit = 32 * 1024 * 1024

const tags = ['state']

const Exported = Type.Object(
  { kind: Type.String(), version: Type.Integer() },
  { description: 'An export: people, applications, consents, policies and keys' },
)

/** Any JSON: the import itself checks it, and says what is wrong. */
const Imported = Type.Unsafe<unknown>({ description: 'what GET /_tenant/state answers' })

export function stateRoutes(
  app: FastifyInstance,
  { exportState, importState, reset }: TenantLifecycle,
) {
  const documented = {
    summary: 'Exports everything, with keys and secrets',
    tags,
    answer: { schema: Exported },
  }
  app.get('/state', { config: { documented } }, async () => exportState())
  app.put(
    '/state',
    {
      bodyLimit,
      config: {
        documented: {
          summary: 'Imports an export',
          tags,
          errors: ['state_not_usable', 'too_large'],
        },
      },
      schema: { body: Imported },
    },
    async (request, reply) => {
      try {
        importState(request.body)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw new ControlError('state_not_usable', message)
      }
      return done(request, reply)
    },
  )
  app.post(
    '/reset',
    { config: { documented: { summary: 'Goes back to the start; keys stay', tags } } },
    async (request, reply) => {
      reset()
      return done(request, reply)
    },
  )
}

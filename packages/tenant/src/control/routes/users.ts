/** `/_tenant/users`: the people of the tenant. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { closeNames } from '../../config/close-names.ts'
import type { TenantUser } from '../../directory/directory.ts'
import { mostUsers } from '../../options.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done } from '../answer.ts'
import { ControlError } from '../errors.ts'
import { bodyOf } from '../validation.ts'

const Count = Type.Object(
  {
    count: Type.Integer({
      minimum: 1,
      maximum: mostUsers,
      description: `a whole number: 1 to ${mostUsers} users`,
    }),
  },
  { additionalProperties: false, description: 'an object' },
)

const tags = ['people']

export function userRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post(
    '/users',
    {
      config: { documented: { summary: 'Changes the number of generated users', tags } },
      schema: { body: Count },
    },
    async (request, reply) => {
      tenant.directory.resize(bodyOf(Count, request).count)
      return done(request, reply, '/directory')
    },
  )
}

/** @throws ControlError 404 with the names near it */
export function requireUser({ directory }: TenantState, text: string): TenantUser {
  const user = directory.byIdOrName(text)
  if (user) return user
  const names = directory.users.slice(0, 1_000).map(({ userPrincipalName }) => userPrincipalName)
  const neighbours = closeNames(text, names)
  throw new ControlError('unknown_user', `There is no user "${text}".`, { neighbours })
}

/** `/_tenant/clock`: the time of tokens, codes, secrets and headers. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { isTime } from '../../state/clock.ts'
import type { TenantState } from '../../tenant-state.ts'
import { ControlError } from '../errors.ts'
import { bodyOf } from '../validation.ts'

const State = Type.Object({
  now: Type.String({ description: 'ISO 8601' }),
  ms: Type.Number({ description: 'ms since the epoch' }),
  offsetMs: Type.Number({ description: 'ms by which it differs from the time of the machine' }),
  frozen: Type.Boolean(),
})

const only = { additionalProperties: false, description: 'an object' } as const

const Setting = Type.Object(
  {
    now: Type.Optional(
      Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 })], {
        description: 'a time in ISO 8601, or a number of ms since the epoch',
      }),
    ),
    frozen: Type.Optional(
      Type.Boolean({ description: 'true or false: whether the time stands still' }),
    ),
  },
  only,
)

const Advance = Type.Object(
  {
    seconds: Type.Number({
      minimum: -1e10,
      maximum: 1e10,
      description: 'a number of seconds; a negative one moves the time back',
    }),
  },
  only,
)

const tags = ['clock']
const answer = { schema: State }

const documented = (summary: string) => ({ documented: { summary, tags, answer } })

export function clockRoutes(app: FastifyInstance, tenant: TenantState): void {
  const { clock } = tenant
  const state = () => ({
    now: new Date(clock.now()).toISOString(),
    ms: clock.now(),
    offsetMs: clock.offset(),
    frozen: clock.isFrozen(),
  })
  app.get('/clock', { config: documented('The time of the tenant') }, async () => state())
  app.put(
    '/clock',
    { config: documented('Sets the time, or stops it'), schema: { body: Setting } },
    async (request) => {
      const { now, frozen } = bodyOf(Setting, request)
      const at = now === undefined ? undefined : timeOf(now)
      // First: a time that is set while the clock runs would be later by the time that it is stopped.
      if (frozen !== undefined) clock.freeze(frozen)
      if (at !== undefined) clock.set(at)
      return state()
    },
  )
  app.post(
    '/clock/advance',
    { config: documented('Moves the time'), schema: { body: Advance } },
    async (request) => {
      clock.set(checked(clock.now() + bodyOf(Advance, request).seconds * 1_000))
      return state()
    },
  )
  app.delete('/clock', { config: documented('Goes back to the time of the machine') }, async () => {
    clock.reset()
    return state()
  })
}

/** @throws ControlError */
function timeOf(text: string | number): number {
  return checked(typeof text === 'number' ? text : Date.parse(text))
}

/** @throws ControlError for a time that tokens and headers cannot have */
function checked(ms: number): number {
  if (isTime(ms)) return Math.round(ms)
  throw new ControlError('invalid_request', 'The time must be one in ISO 8601, from 1970 on.')
}

/** `/_tenant/scenarios`: lists, sets and clears them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { addressOf, readFormValues, type FormValues } from '../../pages/control/form-values.ts'
import { controlPage } from '../../pages/control/page.ts'
import { sendPage } from '../../pages/layout.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done, isForm, membersOf } from '../answer.ts'
import { checkMembers } from '../validation.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import {
  createScenarios,
  findScenario,
  optionsOf,
  type ScenarioOptions,
} from '../scenarios/scenarios.ts'

type Route = { Params: { id: string } }

const State = Type.Object({
  id: Type.String(),
  area: Type.String(),
  title: Type.String(),
  description: Type.String(),
  duration: Type.String({ description: 'requests, until cleared, or once' }),
  takesUser: Type.Boolean(),
  users: Type.Array(Type.String()),
  active: Type.Boolean(),
  left: Type.Union([Type.Integer(), Type.Null()]),
})

const Options = Type.Object(
  {
    times: Type.Optional(
      Type.Integer({ minimum: 1, description: 'a whole number above 0: the number of requests' }),
    ),
    user: Type.Optional(Type.String({ description: 'an object id or a user name' })),
  },
  { additionalProperties: false, description: 'an object' },
)

const tags = ['failures']
const errors = ['unknown_scenario'] as const
const config = {
  list: {
    documented: {
      summary: 'All scenarios, and which are active',
      tags,
      answer: { schema: Type.Object({ scenarios: Type.Array(State) }) },
    },
  },
  clearAll: { documented: { summary: 'Clears every scenario and fault', tags } },
  start: { documented: { summary: 'Sets a scenario', tags, errors: [...errors, 'unknown_user'] } },
  clear: { documented: { summary: 'Clears a scenario', tags, errors } },
} as const

export function scenarioRoutes(app: FastifyInstance, tenant: TenantState): void {
  const scenarios = createScenarios(tenant)
  app.get('/scenarios', { config: config.list }, async () => ({ scenarios: scenarios.list() }))
  app.delete('/scenarios', { config: config.clearAll }, async (request, reply) => {
    scenarios.clear()
    return done(request, reply)
  })
  app.post('/scenarios/clear', async (request, reply) => {
    scenarios.clear()
    return done(request, reply)
  })
  app.post<Route>('/scenarios/:id', { config: config.start }, async (request, reply) => {
    const scenario = findScenario(request.params.id)
    if (isForm(request)) return startByForm(request, reply, scenario)
    scenarios.start(scenario.id, ofJson(request))
    return done(request, reply)
  })
  app.delete<Route>('/scenarios/:id', { config: config.clear }, async (request, reply) => {
    scenarios.clear(findScenario(request.params.id).id)
    return done(request, reply)
  })
  app.post<Route>('/scenarios/:id/clear', async (request, reply) => {
    const scenario = findScenario(request.params.id)
    scenarios.clear(scenario.id)
    return done(request, reply, addressAfterClear(request, scenario.id))
  })

  /** Keeps what was typed in the fields: after success by the address, else with the problem beside it. */
  function startByForm(
    request: FastifyRequest,
    reply: FastifyReply,
    scenario: Scenario,
  ): FastifyReply {
    const entered = readFormValues({ ...membersOf(request.body), scenario: scenario.id })
    try {
      scenarios.start(scenario.id, ofForm(entered, scenario))
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      const page = controlPage(tenant, scenarios.list(), 'scenarios', { ...entered, problem })
      return sendPage(reply, page, 400)
    }
    return done(request, reply, addressOf(entered))
  }
}

/** The part of the page where the button was. */
function addressAfterClear({ query, body }: FastifyRequest, id: string): string {
  const { from } = readFormValues(query)
  const { q } = readFormValues(body)
  const kept = q === undefined ? {} : { q }
  if (from === 'row') return addressOf({ ...kept, scenario: id })
  return addressOf(from === 'popular' ? { from } : kept)
}

/** After the scenario is known to exist: a wrong id is named before wrong options. @throws ControlError */
function ofJson({ body }: FastifyRequest): ScenarioOptions {
  const given = body ?? {}
  checkMembers(Options, given)
  return given
}

/** Ignores fields that this scenario does not take. */
function ofForm({ times, user }: FormValues, scenario: Scenario): ScenarioOptions {
  const takes = optionsOf(scenario)
  return {
    ...(times !== undefined && takes.times ? { times: Number(times) } : {}),
    ...(user !== undefined && takes.user ? { user } : {}),
  }
}

/** `/_tenant/scenarios`: lists, sets and clears them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressOf, readFormValues, type FormValues } from '../pages/control/form-values.ts'
import { controlPage } from '../pages/control/page.ts'
import { sendPage } from '../pages/layout.ts'
import type { TenantState } from '../tenant-state.ts'
import { done, isForm, membersOf } from './answer.ts'
import type { Scenario } from './scenarios/scenario.ts'
import {
  createScenarios,
  findScenario,
  optionsOf,
  type ScenarioOptions,
} from './scenarios/scenarios.ts'

type Route = { Params: { id: string } }

export function scenarioRoutes(app: FastifyInstance, tenant: TenantState): void {
  const scenarios = createScenarios(tenant)
  app.get('/scenarios', async () => ({ scenarios: scenarios.list() }))
  app.delete('/scenarios', async (request, reply) => {
    scenarios.clear()
    return done(request, reply)
  })
  app.post('/scenarios/clear', async (request, reply) => {
    scenarios.clear()
    return done(request, reply)
  })
  app.post<Route>('/scenarios/:id', async (request, reply) => {
    const scenario = known(request)
    if (isForm(request)) return startByForm(request, reply, scenario)
    scenarios.start(scenario.id, ofJson(request))
    return done(request, reply)
  })
  app.delete<Route>('/scenarios/:id', async (request, reply) => {
    scenarios.clear(known(request).id)
    return done(request, reply)
  })
  app.post<Route>('/scenarios/:id/clear', async (request, reply) => {
    const scenario = known(request)
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

/** @throws Error with the status 404 */
function known({ params }: FastifyRequest<Route>): Scenario {
  try {
    return findScenario(params.id)
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error(), { statusCode: 404 })
  }
}

/** @throws Error with a sentence */
function ofJson({ body }: FastifyRequest): ScenarioOptions {
  const { times, user, ...others } = membersOf(body)
  const [other] = Object.keys(others)
  if (other !== undefined) throw new Error(`"${other}" does not belong here.`)
  if (times !== undefined && typeof times !== 'number') {
    throw new Error('"times" must be a whole number above 0.')
  }
  if (user !== undefined && typeof user !== 'string') {
    throw new Error('"user" must be an object id or a user name.')
  }
  return { ...(times === undefined ? {} : { times }), ...(user === undefined ? {} : { user }) }
}

/** Ignores fields that this scenario does not take. */
function ofForm({ times, user }: FormValues, scenario: Scenario): ScenarioOptions {
  const takes = optionsOf(scenario)
  return {
    ...(times !== undefined && takes.times ? { times: Number(times) } : {}),
    ...(user !== undefined && takes.user ? { user } : {}),
  }
}

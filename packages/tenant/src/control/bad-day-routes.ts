/** `/_tenant/bad-days`: lists, sets and clears them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressOf, enteredOf, type Entered } from '../pages/control/scenarios.ts'
import { controlPage } from '../pages/control/page.ts'
import { sendPage } from '../pages/layout.ts'
import type { World } from '../world.ts'
import { done, isForm, membersOf } from './answer.ts'
import type { BadDay } from './scenarios/scenario.ts'
import {
  createBadDayBoard,
  findBadDay,
  optionsOf,
  type BadDayOptions,
} from './scenarios/scenarios.ts'

type Route = { Params: { id: string } }

export function badDayRoutes(app: FastifyInstance, world: World): void {
  const board = createBadDayBoard(world)
  app.get('/bad-days', async () => ({ badDays: board.list() }))
  app.delete('/bad-days', async (request, reply) => {
    board.clear()
    return done(request, reply)
  })
  app.post('/bad-days/clear', async (request, reply) => {
    board.clear()
    return done(request, reply)
  })
  app.post<Route>('/bad-days/:id', async (request, reply) => {
    const day = known(request)
    if (isForm(request)) return startByForm(request, reply, day)
    board.start(day.id, ofJson(request))
    return done(request, reply)
  })
  app.delete<Route>('/bad-days/:id', async (request, reply) => {
    board.clear(known(request).id)
    return done(request, reply)
  })
  app.post<Route>('/bad-days/:id/clear', async (request, reply) => {
    const day = known(request)
    board.clear(day.id)
    return done(request, reply, `#${day.id}`)
  })

  /** What was typed stays in the fields: after it worked by the address, else with the problem beside it. */
  function startByForm(request: FastifyRequest, reply: FastifyReply, day: BadDay): FastifyReply {
    const entered = enteredOf({ ...membersOf(request.body), day: day.id })
    try {
      board.start(day.id, ofForm(entered, day))
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      return sendPage(reply, controlPage(world, board.list(), { ...entered, problem }), 400)
    }
    return done(request, reply, addressOf(entered))
  }
}

/** @throws Error with the status 404 */
function known({ params }: FastifyRequest<Route>): BadDay {
  try {
    return findBadDay(params.id)
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error(), { statusCode: 404 })
  }
}

/** @throws Error with a sentence */
function ofJson({ body }: FastifyRequest): BadDayOptions {
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

/** A form may say more than this bad day takes. */
function ofForm({ times, user }: Entered, day: BadDay): BadDayOptions {
  const takes = optionsOf(day)
  return {
    ...(times !== undefined && takes.times ? { times: Number(times) } : {}),
    ...(user !== undefined && takes.user ? { user } : {}),
  }
}

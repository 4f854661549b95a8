/** `/_tenant/bad-days`: lists, sets and clears them. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { World } from '../world.ts'
import { done, isForm, membersOf } from './answer.ts'
import type { BadDay } from './bad-days/bad-day.ts'
import { createBadDayBoard, findBadDay, optionsOf, type BadDayOptions } from './bad-days/board.ts'

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
    board.start(day.id, isForm(request) ? ofForm(request, day) : ofJson(request))
    return done(request, reply, `#${day.id}`)
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

/** The page has one form for all of them, so that it may say more than this one takes. */
function ofForm({ body }: FastifyRequest, day: BadDay): BadDayOptions {
  const { times, user } = membersOf(body)
  const takes = optionsOf(day)
  return {
    ...(times !== undefined && takes.times ? { times: Number(times) } : {}),
    ...(typeof user === 'string' && takes.user ? { user } : {}),
  }
}

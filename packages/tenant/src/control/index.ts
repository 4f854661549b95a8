/** The control page and its JSON API: what happened, and what shall go wrong next. */

import formBody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import { isSameSite } from '../entra/authorize/accounts.ts'
import { parseFault } from '../faults/parse.ts'
import { checkUserCount, isLoopback } from '../options.ts'
import { enteredOf } from '../pages/control/scenarios.ts'
import { controlPage } from '../pages/control/page.ts'
import { sendPage } from '../pages/layout.ts'
import type { World } from '../world.ts'
import { done, membersOf, sendControlProblem } from './answer.ts'
import { badDayRoutes } from './bad-day-routes.ts'
import { createBadDayBoard } from './scenarios/scenarios.ts'

export async function controlRoutes(app: FastifyInstance, world: World): Promise<void> {
  await app.register(formBody)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (isOwn(request)) return undefined
    const error = 'The control API answers this machine and its own page only.'
    return reply.code(403).send({ error })
  })
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    sendControlProblem(error, request, reply),
  )
  app.get('/', async ({ query }, reply) =>
    sendPage(reply, controlPage(world, createBadDayBoard(world).list(), enteredOf(query))),
  )
  badDayRoutes(app, world)
  faultRoutes(app, world)
  journalRoutes(app, world)
  directoryRoutes(app, world)
  app.post('/keys/rotate', async (request, reply) => {
    world.keys.rotate()
    return done(request, reply)
  })
}

/** A web page could reach loopback by a form, or by a name of its own that leads here (DNS rebinding). */
function isOwn(request: FastifyRequest): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  return isLoopback(host) && (request.method === 'GET' || isSameSite(request))
}

function faultRoutes(app: FastifyInstance, world: World): void {
  app.get('/faults', async () => ({ faults: world.faults.list() }))
  app.post('/faults', async (request, reply) => {
    world.faults.set(parseFault(request.body))
    return done(request, reply)
  })
  app.delete('/faults', async (request, reply) => {
    world.faults.clear()
    return done(request, reply)
  })
}

function journalRoutes(app: FastifyInstance, world: World): void {
  app.get('/journal', async () => ({ entries: world.journal.entries() }))
  app.delete('/journal', async (request, reply) => {
    world.journal.clear()
    return done(request, reply)
  })
  app.post('/journal/clear', async (request, reply) => {
    world.journal.clear()
    return done(request, reply, '#journal')
  })
}

function directoryRoutes(app: FastifyInstance, world: World): void {
  app.post('/users', async (request, reply) => {
    world.directory.resize(countOf(request.body))
    return done(request, reply)
  })
}

/** @throws Error with a sentence */
function countOf(body: unknown): number {
  const { count } = membersOf(body)
  const number = typeof count === 'string' ? Number(count) : count
  if (typeof number !== 'number') throw new Error('"count" must be a whole number.')
  checkUserCount(number)
  return number
}

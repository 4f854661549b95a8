/** The control page and its JSON API: what happened, and what shall go wrong next. */

import formBody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSameSite } from '../entra/same-site.ts'
import { parseFault } from '../faults/parse.ts'
import { isLoopback } from '../options.ts'
import { controlPage } from '../pages/control.ts'
import { sendPage } from '../pages/send-page.ts'
import type { World } from '../world.ts'
import { presets } from './presets.ts'

export async function controlRoutes(app: FastifyInstance, world: World): Promise<void> {
  await app.register(formBody)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (isOwn(request)) return undefined
    const error = 'The control API answers this machine and its own page only.'
    return reply.code(403).send({ error })
  })
  app.setErrorHandler<FastifyError>((error, _request, reply) =>
    reply.code(error.statusCode ?? 400).send({ error: error.message }),
  )
  pageRoutes(app, world)
  faultRoutes(app, world)
  journalRoutes(app, world)
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

function pageRoutes(app: FastifyInstance, world: World): void {
  app.get('/', async (_request, reply) => sendPage(reply, controlPage(world, Object.keys(presets))))
}

function faultRoutes(app: FastifyInstance, world: World): void {
  app.get('/faults', async () => ({ faults: world.faults.list() }))
  app.post('/faults', async (request, reply) => {
    world.faults.set(isForm(request) ? presetOf(request.body) : parseFault(request.body))
    return done(request, reply)
  })
  app.delete('/faults', async (request, reply) => {
    world.faults.clear()
    return done(request, reply)
  })
  app.post('/faults/clear', async (request, reply) => {
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
    return done(request, reply)
  })
}

/** The page's form sends the name of a fault and how often it shall happen. */
function presetOf(body: unknown) {
  const form = new URLSearchParams(body as Record<string, string>)
  const preset = presets[form.get('preset') ?? '']
  if (!preset) throw new Error('This fault is not one of those on the page.')
  const times = Number(form.get('times') || NaN)
  return Number.isInteger(times) && times > 0 ? { ...preset, times } : preset
}

function isForm(request: FastifyRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
}

function done(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return isForm(request) ? reply.redirect('/_tenant', 303) : reply.code(204).send()
}

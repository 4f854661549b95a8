/** One authorization request in the course of a sign-in, and all that answering it takes. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { World } from '../world.ts'
import type { AuthorizeRequest, Target } from './authorize-request.ts'

export interface Exchange {
  world: World
  target: Target
  asked: AuthorizeRequest
  request: FastifyRequest
  reply: FastifyReply
}

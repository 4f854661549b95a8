/** Answers of the control routes: a form gets the page again, other clients get a status. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { controlProblemPage } from '../pages/control/page.ts'
import { sendPage } from '../pages/layout.ts'
import { asControlError, controlErrors, errorBody } from './errors.ts'

export function isForm(request: FastifyRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
}

/** @param place the tab or the part of the page to show, for a form */
export function done(request: FastifyRequest, reply: FastifyReply, place = ''): FastifyReply {
  return isForm(request) ? reply.redirect(`/_tenant${place}`, 303) : reply.code(204).send()
}

export function sendControlProblem(
  thrown: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asControlError(thrown)
  const { status } = controlErrors[error.code]
  if (isForm(request)) return sendPage(reply, controlProblemPage(error.message), status)
  return reply.code(status).send(errorBody(error))
}

/** The members of a JSON body or a form; an empty field of a form counts as absent. */
export function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {}
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''))
}

/** Every error leaves as problem details (RFC 9457); nothing of an unexpected one does. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { problemMediaType, type ProblemCode } from '@gatehouse/shared/problem'
import { ProblemError, toProblem } from '../problem.ts'

/** Fastify's own refusals, by status; the sentences are ours. */
const byStatus: Record<number, [ProblemCode, string]> = {
  400: ['invalid_request', 'The request is not as this address expects it.'],
  404: ['not_found', 'There is nothing at this address.'],
  405: ['method_not_allowed', 'This address does not take that method.'],
  413: ['invalid_request', 'The request is too large.'],
  414: ['invalid_request', 'The address is too long.'],
  415: ['invalid_request', 'This address does not take that kind of content.'],
  429: ['too_many_requests', 'Too many requests. Try again in a moment.'],
  503: ['unavailable', 'The request took too long. Try again in a moment.'],
}

function problems(app: FastifyInstance, _options: object, done: () => void): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = asProblem(error)
    log(request, problem, error)
    return sendProblem(reply, problem)
  })
  done()
}

/** Answers with a problem, whatever a route's response schema says. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS))
  return reply
    .code(problem.status)
    .type(problemMediaType)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(toProblem(problem, reply.request.id))
}

/** What an error is to the caller; an unexpected one is `internal`, and nothing more. */
export function asProblem(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error
  if (error.validation) return new ProblemError('invalid_request', validationDetail(error))
  const { statusCode: status = 500 } = error
  const known = byStatus[status]
  if (known) return new ProblemError(known[0], known[1], { cause: error, status })
  return new ProblemError('internal', 'Something went wrong on our side.', { cause: error })
}

/** Names the parameter and the rule. The value that was sent is not repeated. */
function validationDetail({ validation, validationContext }: FastifyError): string {
  const [first] = validation ?? []
  const where = validationContext ?? 'request'
  const name = first?.instancePath.slice(1)
  return name
    ? `${where}: ${name} ${first?.message ?? 'is not valid'}`
    : `${where}: ${first?.message ?? 'not valid'}`
}

function log(request: FastifyRequest, problem: ProblemError, error: Error): void {
  const fields = { code: problem.code, err: problem.cause ?? error }
  if (problem.status >= 500) request.log.error(fields, 'The request failed')
  else request.log.info({ code: problem.code }, 'The request was refused')
}

export default fp(problems, { name: 'problems' })

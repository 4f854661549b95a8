import { randomUUID } from 'node:crypto'
import { ServerResponse, type IncomingMessage } from 'node:http'
import { ProblemError } from '@gatehouse/fastify/errors'
import { problemAnswer } from '@gatehouse/fastify/problem-pages'

/**
 * Answers a request that a proxy could not forward: a person gets a page, which loads itself again, and a fetch
 * gets JSON, both as from the back end itself.
 *
 * @param detail what does not answer, in a sentence
 * @param basePath the path of the public address; empty without one
 * @returns a listener for the proxy's `error`
 */
export function answerUnavailable(detail: string, basePath = '') {
  return (_error: Error, request: IncomingMessage, response: unknown): void => {
    // A WebSocket has a socket instead.
    if (!(response instanceof ServerResponse) || response.headersSent) return
    const problem = new ProblemError('unavailable', detail, { retryAfterS: 1 })
    const { headers, body } = problemAnswer(problem, request, { requestId: randomUUID(), basePath })
    response.writeHead(problem.status, headers).end(body)
  }
}

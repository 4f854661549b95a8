/** What Node's HTTP parser refuses never becomes a request: it is answered here, in the same form and with the same headers. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problemMediaType } from '@gatehouse/shared/problem'
import { ProblemError, toProblem } from '../problem.ts'
import { fixedHeaders } from './security-headers.ts'

const byCode: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The request’s headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
}

/** Fastify's `clientErrorHandler`. @param nextId makes the id of the answer */
export function answerParserErrors(publicUrl: string, nextId: () => string) {
  const headers = Object.entries({ ...fixedHeaders(publicUrl), connection: 'close' })
  const lines = headers.map(([name, value]) => `${name}: ${value}`)

  return (error: Error & { code?: string }, socket: Socket): void => {
    // Nobody is there any more, or an answer was begun on this connection.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
      socket.destroy()
      return
    }
    const [status, detail] = byCode[error.code ?? ''] ?? [400, 'This is not a request.']
    const problem = new ProblemError('invalid_request', detail, { status })
    const body = JSON.stringify(toProblem(problem, nextId()))
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        ...lines,
        `content-type: ${problemMediaType}`,
        `content-length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    )
  }
}

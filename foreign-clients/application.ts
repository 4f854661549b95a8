/** Serves an application that signs its users in with a client. */

import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'

export interface Application {
  /** `http://localhost:PORT` */
  origin: string
  end(): void
}

/** @param port a free one; the application has to know its address before it starts */
export async function serve(listener: RequestListener, port: number): Promise<Application> {
  const server = createServer(listener)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${port}`,
    end: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Answers by functions of the web platform: a request in, an answer out. */
export function fetchListener(
  origin: string,
  handle: (request: Request) => Promise<Response>,
): RequestListener {
  const answerTo = async (incoming: IncomingMessage, answer: ServerResponse) => {
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => {
      return [name, String(value)]
    })
    const { method = 'GET', url = '/' } = incoming
    const chunks = await incoming.toArray()
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks as Buffer[]) } : {}
    const response = await handle(new Request(new URL(url, origin), { method, headers, ...body }))
    answer.writeHead(response.status, [...response.headers].flat())
    answer.end(Buffer.from(await response.arrayBuffer()))
  }
  return (incoming, answer) => {
    answerTo(incoming, answer).catch((error: unknown) => {
      answer.writeHead(500).end(String(error))
    })
  }
}

/** The cookies of a request, which Express does not read by itself. */
export function cookiesOf({ headers }: IncomingMessage): Record<string, string> {
  const pairs = (headers.cookie ?? '').split('; ').filter(Boolean)
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name, decodeURIComponent(value.join('='))]
    }),
  )
}

/** A proxy as companies have it: it takes CONNECT (RFC 9110 §9.3.6) and keeps a list of what it was asked for. */
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { once } from 'node:events'

interface ConnectProxyOptions {
  /** Every connection leads to this port on 127.0.0.1, whatever its target. */
  port: number
  /** User name and password that it wants, with a colon between them. */
  credentials?: string
  /** Refuses every target with this status. */
  refuses?: number
}

export type ConnectProxy = Awaited<ReturnType<typeof startConnectProxy>>

export async function startConnectProxy({ port, credentials, refuses }: ConnectProxyOptions) {
  const targets: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '')
    const given = request.headers['proxy-authorization']
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
    const status = wanted !== undefined && given !== wanted ? 407 : refuses
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${own}`,
    /** Host and port of each CONNECT, in order. */
    targets,
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * The names of Entra and Graph, given to the local tenant for the clients of one test. Nothing outside of the test's
 * processes sees it: this process' connections are diverted, other processes use a proxy, a browser has its own rules.
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, Socket, type AddressInfo } from 'node:net'

export const entraHost = 'login.microsoftonline.com'
export const graphHost = 'graph.microsoft.com'
export const microsoftHosts: readonly string[] = [entraHost, graphHost]

interface Target {
  host?: string
  port?: number | string
}

/**
 * Diverts the connections of this process to Microsoft's hosts. Clients in it keep their host names, also in the
 * checks of certificates.
 *
 * @param port of this machine, which speaks TLS
 * @returns a function that ends it
 */
export function divertConnections(port: number): () => void {
  const original = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket
  function diverted(this: Socket, ...args: unknown[]): Socket {
    const [first, ...rest] = args
    // `net.connect` passes a list of options and a listener, `tls.connect` the options themselves.
    if (Array.isArray(first)) first[0] = divert(first[0] as Target, port)
    const target = Array.isArray(first) ? first : divert(first as Target, port)
    return original.call(this, target, ...rest)
  }
  Reflect.set(Socket.prototype, 'connect', diverted)
  return () => {
    Reflect.set(Socket.prototype, 'connect', original)
  }
}

function divert(target: Target, port: number): Target {
  if (!microsoftHosts.includes(target?.host ?? '')) return target
  return { ...target, host: '127.0.0.1', port }
}

export interface Proxy {
  /** For a process that asks this proxy, trusts the authority, and reaches nothing else but this machine. */
  env: Record<string, string>
  /** Hosts that a client asked for in vain. */
  refused: string[]
  end(): void
}

/**
 * Starts a proxy (RFC 9110, section 9.3.6) that knows Microsoft's hosts only.
 *
 * @param port of this machine, which speaks TLS
 * @param authorityFile the certificate to trust, PEM
 */
export async function startProxy(port: number, authorityFile: string): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const refused: string[] = []
  const server = createServer((_request, answer) => answer.writeHead(403).end())
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    if (!microsoftHosts.some((host) => request.url === `${host}:443`)) {
      refused.push(request.url ?? '')
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const onward = connect(port, '127.0.0.1')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    onward.write(head)
    passOn(socket, onward)
    passOn(onward, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const local = 'localhost,127.0.0.1'
  const env = {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: local,
    no_proxy: local,
    SSL_CERT_FILE: authorityFile,
    REQUESTS_CA_BUNDLE: authorityFile,
    CURL_CA_BUNDLE: authorityFile,
    NODE_EXTRA_CA_CERTS: authorityFile,
  }
  return {
    env,
    refused,
    end: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** If one connection breaks, the other one is destroyed. If one closes, the other one may send the rest. */
export function passOn(from: Socket, to: Socket): void {
  from.once('error', () => to.destroy())
  from.once('close', () => to.end())
  from.pipe(to)
}

/** Finds out, before anything starts, whether a port can be used. */

import { connect, createServer } from 'node:net'
import { listenProblem } from '@gatehouse/fastify/listen-problem'

export interface Place {
  /** What will listen there, for messages. */
  name: string
  host: string
  port: number
  /** The environment variables that move it. */
  hostVariable: string
  portVariable: string
}

/** A full backlog answers nothing. Without an answer in this time, something is there. */
const connectTimeoutMs = 1000

/**
 * Whether something listens at a port of this machine. `localhost` is both families: a program on `::1` gets
 * the browser's requests although 127.0.0.1 is free, and one on 0.0.0.0 leaves 127.0.0.1 free on some systems.
 */
export async function isInUse(port: number, host = '127.0.0.1'): Promise<boolean> {
  const hosts = new Set(['127.0.0.1', '::1', reachable(host)])
  const found = await Promise.all([...hosts].map((one) => accepts(port, one)))
  return found.includes(true)
}

/** The address at which this machine reaches a server that listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/** The origin of a server that listens on `host`. */
export function originOf(host: string, port: number): string {
  const name = reachable(host)
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: connectTimeoutMs })
    const settle = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(true))
    // Refused, or this machine has no such address.
    socket.once('error', () => settle(false))
  })
}

/** @returns a sentence that names the variable to change; undefined if the place can be used */
export async function placeProblem(place: Place): Promise<string | undefined> {
  const { name, port, host } = place
  const inUse = await isInUse(port, host)
  const error = inUse ? { code: 'EADDRINUSE' } : await listenError(port, host)
  if (!error) return undefined
  const problem = listenProblem(error, place) ?? `Port ${port} cannot be used (${error.code}).`
  return problem.replace(`Port ${port} `, `Port ${port} (${name}) `)
}

function listenError(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Two servers at one port. @returns a sentence for each port that is planned twice */
export function sharedPortProblems(places: readonly Place[]): string[] {
  const byPort = Object.groupBy(places, ({ port }) => port)
  return Object.values(byPort)
    .filter((some = []) => some.length > 1)
    .map((some = []) => {
      const names = some.map(({ name, portVariable }) => `${name} (${portVariable})`).join(', ')
      return `Port ${some[0]?.port} is chosen for several servers: ${names}. Give each a port of its own.`
    })
}

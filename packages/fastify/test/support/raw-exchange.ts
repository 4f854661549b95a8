/** Sends raw bytes over a socket: HTTP clients would normalise the request. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** @param origin of the app */
export async function openSocket(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  // The other side may close the connection before all bytes are sent; only the answer matters.
  socket.on('error', () => undefined)
  return socket
}

/** Sends bytes. @returns the answer until the other side closes the connection, or for two seconds */
export async function rawExchange(origin: string, bytes: string): Promise<string> {
  const socket = await openSocket(origin)
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answer += chunk
  })
  const ended = once(socket, 'close')
  socket.write(bytes, 'latin1')
  await Promise.race([ended, sleep(2000, undefined, { ref: false })])
  socket.destroy()
  return answer
}

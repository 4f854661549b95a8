import { once } from 'node:events'
import { connect } from 'node:net'

/** Whether something accepts connections on a port of this machine. */
export async function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect({ port, host })
  const there = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return there
}

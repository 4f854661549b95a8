/** A client that hangs up does not wait for the API any more, and neither do we. */
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { ProblemError } from '../problem.ts'

/**
 * Runs a call for as long as the client's connection lasts.
 *
 * @param work gets an emitter whose `abort` says that the client is gone; an AbortSignal would do
 * the same, and cost ten times as much
 * @throws ProblemError that nobody will read, where the client is gone already
 */
export async function whileConnected<T>(
  client: Socket,
  work: (signal: EventEmitter) => Promise<T>,
): Promise<T> {
  if (client.destroyed) throw clientGone()
  const signal = new EventEmitter()
  const abort = () => void signal.emit('abort')
  client.once('close', abort)
  try {
    return await work(signal)
  } finally {
    client.off('close', abort)
  }
}

/** With the status that proxies log in this case, so that it does not count as a failure of ours. */
export function clientGone(): ProblemError {
  const detail = 'The client is gone.'
  return new ProblemError('upstream_failed', detail, { status: 499 })
}

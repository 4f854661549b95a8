/** What ends a call early: its client hung up, or its time is over. */
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { ProblemError } from '../problem.ts'

/** An AbortSignal would do the same, and cost ten times as much. */
export interface CallSignal extends EventEmitter {
  /** Why it ended; undefined while it has not. */
  reason: ProblemError | undefined
}

/**
 * Runs a call for as long as the client's connection and the call's time last.
 *
 * @param client whose end is the call's
 * @param ms for everything: a turn, a second attempt, the last byte
 * @param late what the caller hears when the time is over
 * @throws ProblemError that nobody will read, where the client is gone
 */
export async function whileWanted<T>(
  client: Socket,
  ms: number,
  late: () => ProblemError,
  work: (signal: CallSignal) => Promise<T>,
): Promise<T> {
  if (client.destroyed) throw clientGone()
  const signal: CallSignal = Object.assign(new EventEmitter(), { reason: undefined })
  const abort = (reason: ProblemError) => {
    signal.reason = reason
    signal.emit('abort')
  }
  const gone = () => abort(clientGone())
  const timer = setTimeout(() => abort(late()), ms)
  client.once('close', gone)
  try {
    return await work(signal)
  } finally {
    clearTimeout(timer)
    client.off('close', gone)
  }
}

/** What proxies log in this case; so it does not count as a failure of ours. */
export const clientGoneStatus = 499

function clientGone(): ProblemError {
  return new ProblemError('upstream_failed', 'The client is gone.', { status: clientGoneStatus })
}

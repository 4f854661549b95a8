/** `WORKERS=n`: n processes on one port and one store, started again when they die. */
import cluster, { type Worker } from 'node:cluster'

/** A worker that ends this soon after its start has a reason that the next one will meet as well. */
const tooSoonMs = 2000
const restartAfterMs = 500

/**
 * Starts the workers and stays beside them until it is told to stop.
 *
 * @param count how many
 * @param say where a sentence for the operator goes
 */
export function superviseWorkers(count: number, say: (sentence: string) => void): void {
  let stopping = false
  let served = false

  function start(): void {
    const worker = cluster.fork()
    const startedAt = Date.now()
    worker.once('listening', () => {
      served = true
    })
    worker.once('exit', (code) => ended(worker, code, Date.now() - startedAt))
  }

  function ended(worker: Worker, code: number, afterMs: number): void {
    if (stopping) {
      if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0)
      return
    }
    // The first ones say what is wrong, such as a port that is taken; more of them would say no more.
    if (!served && afterMs < tooSoonMs) process.exit(code || 1)
    say(`Worker ${worker.process.pid} ended (exit code ${code}); another one starts.`)
    setTimeout(start, restartAfterMs)
  }

  for (let index = 0; index < count; index += 1) start()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stopping = true
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill(signal)
    })
  }
}

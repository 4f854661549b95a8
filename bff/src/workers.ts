/** `WORKERS=n`: n processes on one port and one store, started again when they die. */
import cluster, { type Worker } from 'node:cluster'

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
  let listening = 0

  // One alone at first: what is wrong, such as a port that is taken, is wrong for all, and said once.
  function listens(): void {
    listening += 1
    if (listening === count) say(`${count} workers serve.`)
    if (served) return
    served = true
    for (let index = 1; index < count; index += 1) start()
  }

  function start(): void {
    if (stopping) return
    const worker = cluster.fork()
    worker.once('listening', listens)
    // A connection that is handed to a worker in the moment it dies is an error of its channel;
    // unheard, it would end the supervisor and everybody with it. The exit that follows is enough.
    worker.on('error', () => undefined)
    worker.once('exit', (code) => ended(worker, code))
  }

  function ended(worker: Worker, code: number): void {
    if (stopping) return endWithTheLast()
    if (!served) process.exit(code || 1)
    say(`Worker ${worker.process.pid} ended (exit code ${code}); another one starts.`)
    setTimeout(start, restartAfterMs)
  }

  start()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal)
      endWithTheLast()
    })
  }
}

function endWithTheLast(): void {
  if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0)
}

/** A server in a process of its own, whose CPU time and memory can be asked for. */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export interface MeasuredProcess {
  origin: string
  /** CPU time so far, microseconds, user and system. */
  cpu(): Promise<number>
  /** After a collection, bytes. */
  memory(): Promise<Memory>
  end(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
}

export interface Memory {
  resident: number
  /** On the heap and in buffers. */
  inUse: number
}

interface Reply {
  port: number
  cpu: number
  memory: Memory
}

/**
 * @param program a file in this folder that calls `serveMeasured`
 * @param env on top of this process's; a log at `info` is written and goes nowhere
 */
export async function startMeasured(
  program: string,
  env: NodeJS.ProcessEnv = {},
): Promise<MeasuredProcess> {
  const child = fork(join(import.meta.dirname, program), {
    env: { ...process.env, ...env },
    stdio: ['ignore', env['LOG_LEVEL'] === 'info' ? 'ignore' : 'inherit', 'inherit', 'ipc'],
  })
  const { port } = await reply(child)
  const ask = (question: 'cpu' | 'memory') => {
    const answer = reply(child)
    child.send(question)
    return answer
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    cpu: async () => (await ask('cpu')).cpu,
    memory: async () => (await ask('memory')).memory,
    end: () => stop(child, 'SIGTERM'),
    kill: () => stop(child, 'SIGKILL'),
  }
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}

function reply(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('a measured process ended early'))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as Reply)
    })
  })
}

/** Called by the server's process once it listens. */
export function serveMeasured(port: number): void {
  const report = () => {
    const { user, system } = process.cpuUsage()
    const { rss: resident, heapUsed, external } = process.memoryUsage()
    const memory = { resident, inUse: heapUsed + external }
    process.send?.({ port, cpu: user + system, memory } satisfies Reply)
  }
  process.on('message', (question) => {
    if (question === 'memory') void collect().then(report)
    else report()
  })
  process.once('SIGTERM', () => process.exit(0))
  // A benchmark that failed must leave nothing running.
  process.once('disconnect', () => process.exit(0))
  report()
}

/** Full collections, where the benchmark was started with `--expose-gc`; buffers go one turn later than what held them. */
export async function collect(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

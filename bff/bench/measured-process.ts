/** A server in a process of its own, whose CPU time and memory can be asked for. */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export interface MeasuredProcess {
  origin: string
  /** CPU time so far, microseconds, user and system. */
  cpu(): Promise<number>
  /** Resident set, bytes. */
  memory(): Promise<number>
  end(): Promise<void>
}

interface Reply {
  port: number
  cpu: number
  memory: number
}

/** @param program a file in this folder that calls `serveMeasured` */
export async function startMeasured(
  program: string,
  env: NodeJS.ProcessEnv = {},
): Promise<MeasuredProcess> {
  const child = fork(join(import.meta.dirname, program), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { port } = await reply(child)
  const ask = async (question: 'cpu' | 'memory') => {
    const answer = reply(child)
    child.send(question)
    return (await answer)[question]
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    cpu: () => ask('cpu'),
    memory: () => ask('memory'),
    end: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
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
    process.send?.({ port, cpu: user + system, memory: process.memoryUsage.rss() })
  }
  process.on('message', report)
  process.once('SIGTERM', () => process.exit(0))
  // A benchmark that failed must leave nothing running.
  process.once('disconnect', () => process.exit(0))
  report()
}

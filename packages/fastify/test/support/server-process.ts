/** The back end as it is deployed: a separate process, which a test can limit and kill. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createBrowser, freePort, type Browser } from '@gatehouse/tenant/testing'
import { publicUrl } from '@gatehouse/test-support/gatehouse'

export const serverFile = fileURLToPath(new URL('../../../../bff/src/server.ts', import.meta.url))
const startWithinMs = 30_000

export interface ServerOptions {
  /** No file may grow beyond this. A process sees the same on a full disk. */
  fileLimitKb?: number
  /** Runs as this user, if the tests run as root. */
  uid?: number
}

export interface ServerProcess {
  /** @param like the browser whose cookies are copied */
  browser(like?: Browser): Browser
  /** Its standard error, without the logs. */
  said(): string
  /** Kills the process, as a crash would. */
  kill(): Promise<void>
  /** The exit code, once it has ended by itself. */
  exit: Promise<number | null>
}

/** Starts the process without waiting; it may refuse to start. */
export async function runServer(
  environment: Record<string, string>,
  { fileLimitKb, uid }: ServerOptions = {},
): Promise<ServerProcess> {
  const port = await freePort()
  const env = { PATH: process.env['PATH'] ?? '', ...environment, PORT: String(port) }
  // In blocks of 512 bytes (POSIX).
  const limit = fileLimitKb === undefined ? '' : `ulimit -f ${fileLimitKb * 2}; `
  const words = ['-c', `${limit}exec "$0" "$1"`, process.execPath, serverFile]
  const user = uid !== undefined && process.getuid?.() === 0 ? { uid, gid: uid } : {}
  const child = spawn('/bin/sh', words, { env, stdio: ['ignore', 'ignore', 'pipe'], ...user })
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return {
    browser: (like) => createBrowser(`http://127.0.0.1:${port}`, publicUrl, like?.jar),
    said: () => said,
    exit,
    kill: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** Starts the process and waits until it answers. */
export async function startServer(
  environment: Record<string, string>,
  options: ServerOptions = {},
): Promise<ServerProcess> {
  const server = await runServer(environment, options)
  const until = performance.now() + startWithinMs
  const alive = () =>
    server
      .browser()
      .get('/healthz')
      .then(({ status }) => status === 200)
      .catch(() => false)
  while (!(await alive())) {
    if (performance.now() > until) throw new Error(`The server does not start: ${server.said()}`)
    await sleep(20)
  }
  return server
}

/** A real Redis for one test: on a free port, in its own folder. The test can stop, freeze and kill it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@gatehouse/tenant/testing'
import { createClient } from '@redis/client'

const startWithinMs = 10_000

/** Such as `valkey-server`, to run the suites on it. */
export const redisProgram = process.env['REDIS_SERVER'] ?? 'redis-server'

/** The running servers, which are killed with the tests, also after a failure. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const server of running) server.kill('SIGKILL')
})

export interface RedisServer {
  url: string
  /** The folder of its dump and its append-only file. */
  folder: string
  /** Sends one command on a new connection. @returns the answer of Redis */
  command(...words: string[]): Promise<unknown>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same port, with its persisted data. */
  start(): Promise<void>
  /** Suspends it: connections stay open, and nothing is answered. */
  pause(): void
  resume(): void
  /** Ends it for good and removes its folder. */
  dispose(): Promise<void>
}

/** @param options what `redis-server` takes on its command line, such as `--appendonly yes` */
export function startRedis(...options: string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'))
  return startServer(folder, (port) => [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    ...options,
  ])
}

/** @param optionsFor what `redis-server` takes on its command line, with its port */
async function startServer(
  folder: string,
  optionsFor: (port: string) => string[],
): Promise<RedisServer> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn(redisProgram, optionsFor(String(port)), { stdio: 'ignore' })
    running.add(started)
    started.once('exit', () => running.delete(started))
    server = started
    const until = performance.now() + startWithinMs
    while (!(await answers(url))) {
      if (performance.now() > until) throw new Error(`${redisProgram} does not start`)
      await sleep(10)
    }
  }

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }

  await start()
  return {
    url,
    folder,
    command: (...words) => command(url, words),
    kill,
    start,
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    dispose: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface SentinelOptions {
  /** The primary's host and port as the Sentinel reaches and names it; default: without TLS. */
  address?: string
  /** The password that the Sentinel sends to the primary. */
  password?: string
  /** What `redis-server` takes on its command line in addition. */
  options?: readonly string[]
}

/** A Sentinel that gives up a primary after half a second, and may decide alone. */
export async function startSentinel(
  name: string,
  primary: RedisServer,
  { address, password, options = [] }: SentinelOptions = {},
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sentinel-'))
  const path = join(folder, 'sentinel.conf')
  const lines = [
    'sentinel resolve-hostnames yes',
    'sentinel announce-hostnames yes',
    `sentinel monitor ${name} ${address ?? `127.0.0.1 ${new URL(primary.url).port}`} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${password}`]),
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  return startServer(folder, (ownPort) => [path, '--sentinel', '--port', ownPort, ...options])
}

async function command(url: string, words: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.sendCommand(words)
  } finally {
    client.destroy()
  }
}

async function answers(url: string): Promise<boolean> {
  return command(url, ['PING']).then(
    (answer) => answer === 'PONG',
    () => false,
  )
}

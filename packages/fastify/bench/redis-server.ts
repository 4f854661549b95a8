/** A Redis of the benchmark's own, in memory, gone with it. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@gatehouse/tenant/testing'

export interface RedisServer {
  url: string
  end(): void
}

/** Undefined where redis-server is not installed: the figures for Redis are left out then, and said to be. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const port = await freePort()
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--save', '', '--appendonly', 'no'],
    {
      stdio: 'ignore',
    },
  )
  const failed = await Promise.race([
    new Promise<boolean>((resolve) => child.once('error', () => resolve(true))),
    sleep(700).then(() => false),
  ])
  if (failed) return undefined
  return { url: `redis://127.0.0.1:${port}`, end: () => void child.kill('SIGTERM') }
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRedis, type RedisServer } from '@gatehouse/test-support/redis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../imports.ts'
import { freePort } from '@gatehouse/tenant/testing'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'
import { runProgram } from './program.ts'

let deployment: Deployment
let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
  const inTwoDays = new Date(Date.now() + 2.5 * 86_400_000).toISOString()
  deployment = await prepareDeployment({
    config: { clientSecretExpires: inTwoDays },
    env: { TRUSTED_PROXIES: '10.0.0.5, fd00::/8', LOG_LEVEL: 'info' },
  })
  deployment.onEnd(() => redis.dispose())
})
afterAll(() => deployment.end())

it('a server that starts logs one line with what is in force, and nothing but JSON', async () => {
  const password = 'not-to-be-logged'
  const url = redis.url.replace('redis://', `redis://default:${password}@`)
  const instance = await deployment.start({ STORE_URL: url })
  const output = () => instance.process().output()
  await eventually('it has logged its start', () => output().includes('"event":"started"'))
  expect(await instance.end('SIGTERM')).toBe(0)
  const lines = output().trim().split('\n')
  const started = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'started')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  expect(started).toEqual([
    {
      level: 30,
      time: expect.stringMatching(/^20.*Z$/) as string,
      event: 'started',
      version,
      node: process.version,
      mode: 'development',
      publicUrl: deployment.publicUrl,
      store: 'redis',
      trustedProxies: ['10.0.0.5', 'fd00::/8'],
      credentials: ['secret'],
      credentialDaysLeft: 2,
      pid: instance.process().pid,
      host: '127.0.0.1',
      port: instance.port,
      msg: 'The server has started',
    },
  ])
  expect(output()).not.toContain(password)
})

// Each write to this device fails as on a full disk. Only Linux has it.
it.runIf(existsSync('/dev/full'))(
  'a server whose log is on a full disk says so once, serves, and ends at SIGTERM',
  async () => {
    const port = await freePort()
    const server = join(root, 'bff/dist/server.js')
    const words = ['-c', 'exec "$0" "$1" > /dev/full', process.execPath, server]
    const program = runProgram('/bin/sh', words, { ...deployment.env, PORT: String(port) })
    deployment.onEnd(() => program.end('SIGKILL'))
    const status = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        (answer) => answer.status,
        () => 0,
      )
    await eventually('it answers', async () => (await status('/healthz')) === 200)
    expect(await status('/readyz')).toBe(200)
    expect(await program.end('SIGTERM')).toBe(0)
    expect(program.output()).toBe(
      'The log cannot be written (ENOSPC), and its lines are lost until it can.\n',
    )
  },
)

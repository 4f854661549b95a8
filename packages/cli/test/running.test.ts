/** The commands beside an app that runs, by every way to set its address. The app is the real back end. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createTenant, freePort, localClient, type Tenant } from '@gatehouse/tenant/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { originOf } from '../src/dev/ports.ts'
import { runningEnvironment } from '../src/dev/running.ts'
import { root } from '../src/files/folder.ts'
import { ownFolder, type OwnFolder } from './support/commands.ts'

const tunnel = 'https://name-5173.app.github.test'
let folder: OwnFolder
let tenant: Tenant
const running: ChildProcess[] = []
const programs: Server[] = []

beforeAll(async () => {
  folder = ownFolder()
  const local = 'http://localhost'
  const redirectUris = [local, tunnel, `${local}/people`].map((url) => `${url}/auth/redirect`)
  tenant = await createTenant({ users: 20, clients: [{ ...localClient, web: { redirectUris } }] })
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (const program of programs.splice(0)) program.close()
})
afterAll(async () => {
  await tenant.close()
  folder.remove()
})

const environment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...folder.env,
  DATA_DIR: folder.path,
  AAD_AUTHORITY: tenant.authority,
  GRAPH_BASE_URL: tenant.graphUrl,
  ...own,
})

/** Starts the back end as `npm run dev` and `npm start` do, with the port and the address that they have chosen. */
async function startApp(port: number, publicUrl: string): Promise<void> {
  const env = environment({ PORT: String(port), PUBLIC_URL: publicUrl, LOG_LEVEL: 'silent' })
  const server = join(root, 'bff/src/server.ts')
  running.push(spawn(process.execPath, [server], { cwd: root, env, stdio: 'ignore' }))
  const answers = async () =>
    expect((await fetch(`${originOf('localhost', port)}/healthz`)).ok).toBe(true)
  await vi.waitFor(answers, { timeout: 30_000, interval: 100 })
}

async function startProgram(answer: RequestListener): Promise<number> {
  const program = createServer(answer).listen(0, '127.0.0.1')
  programs.push(program)
  await once(program, 'listening')
  return (program.address() as AddressInfo).port
}

async function run(script: string, own: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, ['packages/cli/run.cjs', script, ...args], {
    cwd: root,
    env: environment(own),
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [status] = (await once(child, 'close')) as [number]
  return { status, out, err }
}

/** The address that the doctor names. */
async function doctorAddress(own: NodeJS.ProcessEnv): Promise<string> {
  const { out } = await run('doctor', own, '--json')
  const { findings } = JSON.parse(out) as { findings: { id: string; reason: string }[] }
  return findings.find(({ id }) => id === 'address')?.reason ?? ''
}

/** The status of `/api/me` with the cookie that `npm run session` prints. */
async function me(port: number, own: NodeJS.ProcessEnv, basePath = ''): Promise<number> {
  const { status, out, err } = await run('session', own)
  expect({ status, err }).toEqual({ status: 0, err: '' })
  const cookie = out.trim()
  return (await fetch(`http://127.0.0.1:${port}${basePath}/api/me`, { headers: { cookie } })).status
}

describe('beside an app that runs', { timeout: 60_000 }, () => {
  it('with PORT, at which npm start has the page', async () => {
    const port = await freePort()
    const PORT = String(port)
    await startApp(port, `http://localhost:${port}`)
    expect(await doctorAddress({ PORT })).toBe(`publicUrl is http://localhost:${port}.`)
    expect(await me(port, { PORT })).toBe(200)
  })

  it('with PORT, and a path in aad.config.json', async () => {
    const file = JSON.parse(readFileSync(join(folder.path, 'aad.config.json'), 'utf8')) as object
    const publicUrl = 'http://localhost:5173/people'
    folder.write('aad.config.json', JSON.stringify({ ...file, publicUrl }))
    const port = await freePort()
    const PORT = String(port)
    await startApp(port, `http://localhost:${port}/people`)
    expect(await doctorAddress({ PORT })).toBe(`publicUrl is http://localhost:${port}/people.`)
    expect(await me(port, { PORT }, '/people')).toBe(200)
    folder.reset()
  })

  it('with PORT, at which npm run dev has the back end', async () => {
    const port = await freePort()
    const PORT = String(port)
    await startApp(port, 'http://localhost:5173')
    expect(await doctorAddress({ PORT })).toBe('publicUrl is http://localhost:5173.')
    expect(await me(port, { PORT })).toBe(200)
  })

  it('with WEB_PORT, and WEB_PORT and PORT', { tags: ['thorough'] }, async () => {
    const [WEB_PORT, port] = [String(await freePort()), await freePort()]
    const PORT = String(port)
    await startApp(port, `http://localhost:${WEB_PORT}`)
    expect(await doctorAddress({ WEB_PORT })).toBe(`publicUrl is http://localhost:${WEB_PORT}.`)
    expect(await doctorAddress({ WEB_PORT, PORT })).toBe(
      `publicUrl is http://localhost:${WEB_PORT}.`,
    )
    expect(await me(port, { WEB_PORT, PORT })).toBe(200)
  })

  it('with PUBLIC_URL, the address of a tunnel that leads nowhere', async () => {
    const port = await freePort()
    const PORT = String(port)
    await startApp(port, tunnel)
    expect(await doctorAddress({ PORT, PUBLIC_URL: tunnel })).toBe(
      `publicUrl is ${tunnel}, which leads to this machine.`,
    )
    expect(await me(port, { PORT, PUBLIC_URL: tunnel })).toBe(200)
  })

  it('and beside another program at the port of the back end', { tags: ['thorough'] }, async () => {
    const port = await freePort()
    const other = await startProgram((_request, response) => response.writeHead(404).end())
    await startApp(port, `http://localhost:${port}`)
    expect(await me(port, { WEB_PORT: String(port), PORT: String(other) })).toBe(200)
  })
})

describe('without an app', { timeout: 60_000 }, () => {
  it('npm run session says what to start, and at which address it looked', async () => {
    for (const PUBLIC_URL of ['', tunnel]) {
      const PORT = String(await freePort())
      const { status, out, err } = await run('session', { PORT, PUBLIC_URL })
      expect({ status, out }).toEqual({ status: 1, out: '' })
      expect(err).toBe(
        `Nothing answers at http://127.0.0.1:${PORT}. Start it first: npm run dev\nIf it runs with WEB_PORT, PORT or PUBLIC_URL, set the same here.\n`,
      )
    }
  })

  it.each([
    ['answers with a page', 200, {}],
    ['redirects to another address', 307, { location: 'http://localhost:1/' }],
  ])('npm run session and the address are not misled by a program that %s', async (...how) => {
    const [, status, headers] = how
    const port = await startProgram((_request, response) =>
      response.writeHead(status, headers).end(),
    )
    const PORT = String(port)
    expect((await runningEnvironment(environment({ PORT })))['PUBLIC_URL']).toBeUndefined()
    const ended = await run('session', { PORT })
    expect(ended.status).toBe(1)
    expect(ended.err).toBe(
      `http://127.0.0.1:${port} does not start a sign-in (${status}); see the app’s log.\n`,
    )
  })

  it('a configuration that cannot be used is left to the command', async () => {
    const env = environment({ PORT: '6000', SCOPES: '', PUBLIC_URL: 'nonsense' })
    expect(await runningEnvironment(env)).toEqual(env)
  })

  it('a deployment keeps its addresses', async () => {
    const env = environment({ PORT: '6000', NODE_ENV: 'production' })
    expect(await runningEnvironment(env)).toBe(env)
  })
})

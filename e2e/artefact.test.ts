/** The build by itself: `bff/dist`, `web/dist` and `aad.config.json` in a folder without anything else. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { freePort, people } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowser, whoAmI } from './instances/browsers.ts'
import { prepareDeployment, type Deployment } from './instances/deployment.ts'
import { eventually } from './instances/eventually.ts'
import { runProgram, type Program } from './instances/program.ts'
import { root } from './imports.ts'

let deployment: Deployment
let folder: string
beforeAll(async () => {
  deployment = await prepareDeployment()
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-artefact-'))
  for (const part of ['bff/dist', 'web/dist', 'aad.config.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  mkdirSync(join(folder, 'elsewhere'))
})
afterAll(async () => {
  await deployment.end()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the server or a command of it, from a folder that is not the project's. */
function run(args: readonly string[] = [], env = {}, nodeOptions: readonly string[] = []): Program {
  const file = join(folder, 'bff/dist/server.js')
  const all = { ...deployment.env, ...env }
  return runProgram(
    process.execPath,
    [...nodeOptions, file, ...args],
    all,
    join(folder, 'elsewhere'),
  )
}

async function started(env = {}): Promise<{ origin: string; program: Program }> {
  const port = await freePort()
  const program = run([], { PORT: String(port), ...env })
  const origin = `http://127.0.0.1:${port}`
  await eventually('the server answers', async () => {
    const answer = await fetch(`${origin}/healthz`).catch(() => undefined)
    return answer?.ok === true
  })
  return { origin, program }
}

describe('the built server, without node_modules of the project', () => {
  it('serves the page and signs in, and ends with 0', async () => {
    const { origin, program } = await started()
    const page = await fetch(origin, { headers: { host: 'localhost:5173' } })
    expect(await page.text()).toContain('<div id="root">')
    const browser = createBrowser(origin, deployment.publicUrl)
    expect((await browser.signIn()).location).toBe('/')
    expect(await whoAmI(browser)).toBe(people(deployment.tenant).at(0).id)
    expect((await browser.get('/api/users')).status).toBe(200)
    expect(await program.end()).toBe(0)
  })

  it('sends scripts as the build compressed them', async () => {
    const { origin, program } = await started()
    const headers = { host: 'localhost:5173' }
    const page = await (await fetch(origin, { headers })).text()
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
    const file = join(folder, 'web/dist', script)
    for (const [encoding, ending] of [
      ['br', '.br'],
      ['gzip', '.gz'],
      ['identity', ''],
    ] as const) {
      const answer = await request(origin + script, {
        headers: { ...headers, 'accept-encoding': encoding },
      })
      const bytes = Buffer.from(await answer.body.arrayBuffer())
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringMatching(/javascript/) as string,
        'cache-control': 'public, max-age=31536000, immutable',
        vary: expect.stringMatching(/accept-encoding/i) as string,
      })
      expect(answer.headers['content-encoding']).toBe(ending ? encoding : undefined)
      expect(bytes.equals(readFileSync(file + ending))).toBe(true)
    }
    const head = await request(origin + script, { method: 'HEAD', headers })
    expect(head.statusCode).toBe(200)
    expect(head.headers['content-length']).toBe(String(readFileSync(file).length))
    // They have no address of their own, which would be cached for a year.
    expect((await fetch(`${origin}${script}.br`, { headers })).status).toBe(404)
    await program.end()
  })

  it('writes nothing to its folder', async () => {
    const names = () => new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    const before = names()
    const { program } = await started()
    await program.end()
    // Another version of Node would have added its compiled code.
    expect(names()).toEqual(before)
  })

  it('has the commands of an operator', async () => {
    const doctor = run(['doctor', '--json'])
    expect(await doctor.ended).toBe(0)
    expect(JSON.parse(doctor.output())).toMatchObject({ ok: true })
    const objectId = people(deployment.tenant).at(0).id
    const ending = run(['end-sessions', '--user', objectId])
    expect(await ending.ended).toBe(0)
    expect(ending.output()).toBe('1 session ended.\n')
  })

  it.each([
    [['serve'], /^There is no command serve\.\n\nUsage: node bff\/dist\/server\.js/],
    [['doctor', '--jsn'], /^Unknown option '--jsn'\.\nEvery option: .*doctor --help\n$/],
    [['end-sessions', '--user', 'me'], /^--user takes an object id, a GUID\./],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const command = run(args)
    expect(await command.ended).toBe(1)
    expect(command.output()).toMatch(sentence)
  })

  it.each(['22.17.1', '20.19.0', '18.0.0'])(
    'says on Node %s which Node it needs',
    async (version) => {
      const pretend = join(folder, `node-${version}.cjs`)
      writeFileSync(
        pretend,
        `Object.defineProperty(process.versions, 'node', { value: '${version}' })`,
      )
      const program = run([], {}, ['--require', pretend])
      expect(await program.ended).toBe(1)
      expect(program.output()).toBe(
        `This server runs on Node 22.18 or later. This is Node ${version}.\n`,
      )
    },
  )

  it('starts as a user who can write nothing but the data', async () => {
    const isRoot = process.getuid?.() === 0
    // For another user than root, the permissions of the folder do the same.
    if (!isRoot) chmodSync(folder, 0o555)
    const data = mkdtempSync(join(tmpdir(), 'gatehouse-data-'))
    chmodSync(data, 0o777)
    chmodSync(deployment.folder, 0o755)
    chmodSync(folder, 0o755)
    const port = await freePort()
    const env = { ...deployment.env, DATA_DIR: data, PORT: String(port) }
    const file = join(folder, 'bff/dist/server.js')
    const program = isRoot
      ? runProgram(
          'setpriv',
          ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, file],
          env,
        )
      : runProgram(process.execPath, [file], env)
    await eventually('the server answers', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
      return answer?.ok === true
    })
    expect(await program.end()).toBe(0)
    rmSync(data, { recursive: true })
  })
})

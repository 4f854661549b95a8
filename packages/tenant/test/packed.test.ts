/** The package as npm packs it: JavaScript in an empty folder, started as a program, and imported. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPackage } from '../../../release/build.ts'
import { signInAtTenant } from '../src/testing/index.ts'

const own = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'tenant-packed-'))
const installed = join(folder, 'node_modules/@gatehouse/tenant')

interface Manifest {
  bin: Record<string, string>
  dependencies: Record<string, string>
  version: string
}
let manifest: Manifest

/** As npm installs it, but with the dependencies that the repository has. */
beforeAll(() => {
  buildPackage(own, join(folder, 'package'))
  const pack = ['pack', './package', '--silent']
  const name = execFileSync('npm', pack, { cwd: folder, encoding: 'utf8' }).trim()
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['xzf', join(folder, name), '-C', installed, '--strip-components=1'])
  manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest
  for (const dependency of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(own, '../../node_modules', dependency), link)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

function run(...args: string[]) {
  const file = join(installed, manifest.bin['gatehouse-tenant'] ?? '')
  const env = { ...process.env, NODE_ENV: 'test' }
  const child = spawn(process.execPath, [file, ...args], { cwd: folder, env })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return { child, output: () => output }
}

async function outputOf(...args: string[]): Promise<string> {
  const { child, output } = run(...args)
  const [code] = (await once(child, 'close')) as [number]
  return `${code}: ${output()}`
}

const config = {
  users: 5,
  clients: [{ name: 'App', newSecret: true, web: { redirectUris: ['http://localhost:3000/cb'] } }],
  consents: [{ client: 'App', scopes: ['openid', 'profile', 'User.Read'] }],
}

describe('the packed package', () => {
  it('has no TypeScript but declarations, and no test', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    const sources = files.filter((file) => /(?<!\.d)\.ts$|^src|^test|^tools/.test(file))
    expect(files.length).toBeGreaterThan(100)
    expect(sources).toEqual([])
  })

  it('starts as a program with a configuration, signs a user in, and stops on a signal', async () => {
    writeFileSync(join(folder, 'tenant.json'), JSON.stringify(config))
    const { child, output } = run('--config', 'tenant.json', '--port', '0')
    await vi.waitFor(() => expect(output()).toContain('until the next start'), { timeout: 30_000 })
    const origin = /on (http:\S+)/.exec(output())?.[1] ?? ''
    const [, clientId = '', secret = ''] =
      /\((\S+)\), until the next start: (\S+)/.exec(output()) ?? []
    const tenantId = '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390'
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: 'http://localhost:3000/cb',
      response_type: 'code',
      scope: 'openid profile User.Read',
    })
    const base = `${origin}/${tenantId}/oauth2/v2.0`
    const { location } = await signInAtTenant(`${base}/authorize?${query.toString()}`)
    const answer = await fetch(`${base}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: secret,
        redirect_uri: 'http://localhost:3000/cb',
        code: new URL(location).searchParams.get('code') ?? '',
      }),
    })
    expect(await answer.json()).toMatchObject({
      token_type: 'Bearer',
      scope: expect.stringContaining('User.Read'),
    })
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('says what it can, its version, and a mistake in one sentence', async () => {
    expect(await outputOf('--help')).toMatch(/^0: Usage: npx @gatehouse\/tenant/)
    expect(await outputOf('--version')).toBe(`0: ${manifest.version}\n`)
    expect(await outputOf('--prot', '1')).toBe(
      "1: Unknown option '--prot'. Did you mean --port? Every option: --help\n",
    )
    expect(await outputOf('--users', 'many')).toBe(
      '1: --users must be a whole number, not "many".\n',
    )
    expect(await outputOf('--config', 'no.json')).toBe(
      '1: no.json cannot be used:\n  the file does not exist.\n',
    )
  })

  it('can be imported', async () => {
    const code = `
      import { createTenant } from '@gatehouse/tenant'
      import { people } from '@gatehouse/tenant/testing'
      const tenant = await createTenant({ users: 3 })
      console.log(people(tenant).first.displayName)
      await tenant.close()`
    writeFileSync(join(folder, 'app.js'), code)
    const output = execFileSync(process.execPath, ['app.js'], { cwd: folder, encoding: 'utf8' })
    expect(output).toBe('Nora Hill\n')
  })
})

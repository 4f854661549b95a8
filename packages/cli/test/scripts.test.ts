/** The scripts of package.json as people type them: through npm, with mistakes, and with another Node. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTenant, freePort, localClient, type Tenant } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scriptOptions, swallowedOptions } from '../src/npm-options.ts'
import { root } from '../src/files/folder.ts'
import { ownFolder, type OwnFolder } from './support/commands.ts'

let folder: OwnFolder
beforeAll(() => {
  folder = ownFolder()
})
afterAll(() => folder.remove())

/** A port that nothing uses: a command that runs in spite of a mistake reaches no one. */
const nowhere = { AAD_AUTHORITY: 'http://127.0.0.1:1', GRAPH_BASE_URL: 'http://127.0.0.1:1/v1.0' }

function npm(...args: string[]) {
  const env = { ...folder.env, ...nowhere, GATEHOUSE_GRAPH_TOKEN: 'x' }
  const { status, stderr } = spawnSync('npm', args, { cwd: root, env, encoding: 'utf8' })
  return { status, stderr }
}

describe('options that npm keeps for itself', () => {
  it.each([
    [['register', '--dry-run'], 'npm run register -- --dry-run'],
    [
      ['register', '--public-url=https://a.example.test'],
      'npm run register -- --public-url https://a.example.test',
    ],
    [
      ['register', '--public-url', 'https://a.example.test', '--certificate'],
      'npm run register -- --public-url https://a.example.test --certificate',
    ],
    [['register', '--name', 'Gatehouse staging'], 'npm run register -- --name "Gatehouse staging"'],
    [['register', '--days', '90'], 'npm run register -- --days 90'],
    [['register', '--rotate', '--', '--yes'], 'npm run register -- --yes --rotate'],
    [['cleanup', '--yes'], 'npm run cleanup -- --yes'],
    [['session', '--user', 'a@example.test'], 'npm run session -- --user a@example.test'],
    [['doctor', '--json'], 'npm run doctor -- --json'],
    [['end-sessions', '--user=1', '--tenant=2'], 'npm run end-sessions -- --user 1 --tenant 2'],
  ])('are noticed: npm run %j', { timeout: 60_000 }, (args, line) => {
    const { status, stderr } = npm('run', ...args)
    expect(status).toBe(1)
    expect(stderr).toContain('for itself, so nothing was done.')
    expect(stderr).toContain(`\n  ${line}\n`)
  })

  const kept = (args: string[], env: NodeJS.ProcessEnv) => swallowedOptions('register', args, env)

  it('are none if the command got them too, as when .npmrc sets one for npm', () => {
    expect(kept(['--yes'], { npm_config_yes: 'true' })).toBeUndefined()
    expect(kept(['--name=x'], { npm_config_name: 'y' })).toBeUndefined()
    expect(kept([], { npm_config_yes: '', npm_config_dry_run: 'false' })).toBeUndefined()
    expect(kept(['--days', '9'], { npm_config_all: 'true' })).toBeUndefined()
    expect(kept([], { npm_config_json: 'true', npm_config_all: 'true' })).toBeUndefined()
  })

  it('are asked for if several lost their values', () => {
    const words = kept(['a', 'b'], { npm_config_tenant: 'true', npm_config_name: 'true' })
    expect(words).toContain('npm run register -- --name <value> --tenant <value>')
  })

  it.each(Object.keys(scriptOptions))('are all those of %s', (script) => {
    const { stdout } = spawnSync(process.execPath, ['packages/cli/run.cjs', script, '--help'], {
      cwd: root,
      env: folder.env,
      encoding: 'utf8',
    })
    const listed = [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name = '']) => name)
    expect(listed.filter((name) => name !== 'help').toSorted()).toEqual(
      Object.keys(scriptOptions[script] ?? {}).toSorted(),
    )
  })
})

describe('a mistake in an option', () => {
  it.each([
    ['session', '--usr', "Unknown option '--usr'."],
    ['session', 'nora', "Unexpected argument 'nora'."],
    ['session', '--user', "Option '--user <value>' argument missing."],
    ['session', '--user=', '--user takes the user name or object id of a user.'],
    ['doctor', '--jsn', "Unknown option '--jsn'."],
    ['end-sessions', '--usr', "Unknown option '--usr'."],
  ])('of %s: %s is answered with a sentence', (script, option, words) => {
    const args = ['packages/cli/run.cjs', script, option]
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      env: folder.env,
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr.split(/\s+(?=Every)/)).toEqual([
      words,
      `Every option: npm run ${script} -- --help\n`,
    ])
  })
})

describe('npm run session', () => {
  let tenant: Tenant
  let app: Server
  let env: NodeJS.ProcessEnv

  beforeAll(async () => {
    tenant = await createTenant({ users: 20 })
    const publicUrl = `http://localhost:${await freePort()}`
    const query = new URLSearchParams({
      client_id: localClient.clientId,
      redirect_uri: `${publicUrl}/auth/redirect`,
      response_type: 'code',
      scope: 'openid',
      nonce: 'n',
      state: 's',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    const location = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/authorize?${query.toString()}`
    app = createServer(({ url }, response) => {
      const signedIn = url?.startsWith('/auth/redirect?code=')
      response.writeHead(303, signedIn ? { 'set-cookie': 'session=x' } : { location }).end()
    })
    await once(app.listen(Number(new URL(publicUrl).port), '127.0.0.1'), 'listening')
    env = { ...folder.env, AAD_AUTHORITY: tenant.authority, PUBLIC_URL: publicUrl }
  })
  afterAll(async () => {
    app.close()
    await tenant.close()
  })

  async function session(...args: string[]) {
    const child = spawn(process.execPath, ['packages/cli/run.cjs', 'session', ...args], {
      cwd: root,
      env,
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    const [status] = (await once(child, 'close')) as [number]
    return { status, out, err }
  }

  it('signs the first user in, or the one that is named', async () => {
    const signedIn = { status: 0, out: 'session=x\n', err: '' }
    expect(await session()).toEqual(signedIn)
    expect(await session('--user', tenant.users[3]?.userPrincipalName ?? '')).toEqual(signedIn)
    expect(await session('--user', tenant.users[3]?.id ?? '')).toEqual(signedIn)
  })

  it.each(['nobody@example.test', 'nora', '00000000-0000-0000-0000-000000000000', '<b>"'])(
    'says that there is no user %s',
    async (user) => {
      const { status, out, err } = await session('--user', user)
      expect({ status, out }).toEqual({ status: 1, out: '' })
      expect(err).toContain(`The local tenant does not sign ${JSON.stringify(user)} in:`)
      expect(err.trim().split('\n')).toHaveLength(2)
    },
  )

  it('says so if a scenario lets nobody in, or if the tenant is not there', async () => {
    tenant.disableUser()
    expect((await session()).err).toMatch(/^The local tenant signs nobody in\. [^\n]*\n$/)
    tenant.enableUser()
    await tenant.close()
    const { status, err } = await session()
    expect(status).toBe(1)
    expect(err).toBe(
      `The local tenant does not answer at ${tenant.authority}. Start it first: npm run dev\n`,
    )
  })
})

describe('a Node that cannot run TypeScript', () => {
  const scripts = (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
  ).scripts

  it.each(['dev', 'start', 'session', 'register', 'cleanup', 'tenant', 'doctor', 'end-sessions'])(
    'is named in a sentence by npm run %s',
    (script) => {
      expect(scripts[script]).toBe(`node packages/cli/run.cjs ${script}`)
      const args = ['--no-strip-types', 'packages/cli/run.cjs', script]
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: root,
        encoding: 'utf8',
      })
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toMatch(/^This project runs on Node 24 .* This is Node \d+\.\d+\.\d+\.\nnpm/)
      // A plain `npm ci` would repeat what NODE_ENV or .npmrc left out.
      expect(stderr).toMatch(/ Run: npm ci --include=dev --ignore-scripts=false\n$/)
      expect(stderr).not.toMatch(/\n\s+at /)
    },
  )

  it('is named before a build and the tests, and can read the check', () => {
    expect([scripts['prebuild'], scripts['pretest'], scripts['precheck']]).toEqual(
      Array(3).fill('node packages/cli/run.cjs'),
    )
    // The syntax of 2009.
    const check = readFileSync(join(root, 'packages/cli/run.cjs'), 'utf8')
    expect(check.replace(/\/\*[^]*?\*\//, '')).not.toMatch(
      /=>|`|\b(?:const|let|class|import|async)\b|\?\.|\?\?/,
    )
  })
})

describe('a project without its packages', () => {
  let copy: string
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'gatehouse-bare-'))
    for (const path of ['packages/cli', 'package.json']) {
      const filter = (file: string) => !file.includes('node_modules')
      cpSync(join(root, path), join(copy, path), { recursive: true, filter })
    }
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  const run = (...script: string[]) => {
    const args = ['packages/cli/run.cjs', ...script]
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' })
    return { status, stderr }
  }

  it('says what to run', () => {
    const sentence = /^The package @?[\w/-]+ is not installed\. Run: npm ci\n$/
    for (const script of ['dev', 'start', 'register', 'tenant', 'doctor']) {
      const { status, stderr } = run(script)
      expect([script, status]).toEqual([script, 1])
      expect(stderr).toMatch(sentence)
    }
  })

  it('says before a build and the tests which packages are left out', () => {
    expect(run()).toEqual({
      status: 1,
      stderr: 'The development package turbo is not installed. Run: npm ci --include=dev\n',
    })
    mkdirSync(join(copy, 'node_modules/turbo'), { recursive: true })
    expect(run()).toEqual({ status: 0, stderr: '' })
  })
})

/** The files of a deployment: each is used as far as it can be without a cloud. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { createContainer, firstProcess, production, type Container } from './container.ts'
import { root } from './imports.ts'
import { eventually } from './instances/eventually.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the image of the Dockerfile', { tags: ['thorough'] }, () => {
  let container: Container
  beforeAll(() => {
    container = createContainer()
  })
  afterAll(() => container.remove())

  it('serves as another user than root, with files that can only be read, as process 1', async () => {
    const port = await freePort()
    const program = container.run({ ...production, HOST: '127.0.0.1', PORT: String(port) })
    await eventually('it answers', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
      return answer?.ok === true
    })
    const server = firstProcess(program)
    const status = readFileSync(`/proc/${server}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\s10001\s10001/m)
    expect(status).toMatch(/^NSpid:\s\d+\s1$/m)
    const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { host: 'app.example.com' } })
    expect(await page.text()).toContain('<div id="root">')
    expect(await program.end()).toBe(0)
  })

  it('runs the doctor', async () => {
    const doctor = container.run(production, ['doctor', '--json'])
    await doctor.ended
    expect(JSON.parse(doctor.output())).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ id: 'config', status: 'pass' }),
        expect.objectContaining({ id: 'store', status: 'pass' }),
      ]) as object[],
    })
  })

  it('says in a sentence that its disk is full', async () => {
    const program = container.run({ ...production, PORT: '0' }, [], 4)
    expect(await program.ended).toBe(1)
    expect(program.output()).toMatch(
      /^The session store \/data\/sessions\.sqlite cannot be opened \(SQLITE_FULL: the disk is full\)$/m,
    )
  })

  it('says each variable that is missing', async () => {
    const program = container.run({
      ...production,
      SESSION_KEYS: '',
      PUBLIC_URL: 'http://a.example',
    })
    expect(await program.ended).toBe(1)
    expect(program.output()).toMatch(/SESSION_KEYS/)
    expect(program.output()).toMatch(/PUBLIC_URL: must be https/)
  })
})

describe('the Dockerfile', () => {
  it('copies the package.json of every workspace before npm ci', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] }
    const folders = workspaces.flatMap((pattern) =>
      pattern.endsWith('/*')
        ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => pattern.replace('*', name))
        : [pattern],
    )
    const copied = [...read('Dockerfile').matchAll(/^COPY (\S+)\/package\.json \1\/$/gm)]
    const expected = folders.filter((folder) => existsSync(join(root, folder, 'package.json')))
    expect(new Set(copied.map(([, folder]) => folder))).toEqual(new Set(expected))
  })

  it('gets no secret and no leftover of a machine', () => {
    const ignored = read('.dockerignore').split('\n')
    expect(ignored).toEqual(
      expect.arrayContaining(['**/.env', '**/.env.*', '**/.data', '**/node_modules', '.git']),
    )
  })
})

describe('compose.yaml', () => {
  const { services, secrets } = parse(read('compose.yaml')) as {
    services: Record<string, { secrets?: string[]; environment?: Record<string, string> }>
    secrets: Record<string, { file: string }>
  }

  it('has each secret as a file, and none in a variable', () => {
    const used = Object.values(services).flatMap((service) => service.secrets ?? [])
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(secrets).toSorted())
    const files = Object.entries(services['app']?.environment ?? {}).filter(([name]) =>
      name.endsWith('_FILE'),
    )
    expect(files.length).toBeGreaterThan(2)
    for (const [, path] of files) expect(used).toContain(path.replace('/run/secrets/', ''))
  })
})

describe('the Kubernetes files', () => {
  it('match the schemas of the API', { tags: ['thorough'] }, () => {
    const folder = join(root, 'deploy/check')
    execFileSync('npm', ['ci', '--silent', '--no-audit', '--no-fund', '--prefix', folder])
    const file = join(root, 'deploy/kubernetes/gatehouse.yaml')
    const output = execFileSync(process.execPath, [join(folder, 'kubernetes.ts'), file], {
      encoding: 'utf8',
    })
    const kinds = parseAllDocuments(read('deploy/kubernetes/gatehouse.yaml')).length
    expect(output.match(/: valid$/gm)).toHaveLength(kinds)
  })
})

describe('variables in the files', () => {
  const known = new Set(
    read('packages/fastify/src/config/environment.ts').match(/\b[A-Z][A-Z_]+\b/g),
  )
  const files = ['compose.yaml', 'deploy/kubernetes/gatehouse.yaml', 'infra/main.bicep']

  it.each(files)('of %s are read by the server', (file) => {
    const used = new Set(
      [...read(file).matchAll(/(?:^ {2,6}|name: '|Environment=)([A-Z][A-Z_]+)(?=[:'=])/gm)].map(
        ([, name]) => name ?? '',
      ),
    )
    const others = ['SCM_DO_BUILD_DURING_DEPLOYMENT']
    expect(used.size).toBeGreaterThan(3)
    expect([...used].filter((name) => !known.has(name) && !others.includes(name))).toEqual([])
  })

  it('of the hook in azure.yaml are outputs of main.bicep, spelled alike', () => {
    const outputs = [...read('infra/main.bicep').matchAll(/^output (\w+)/gm)].map(
      ([, name]) => name,
    )
    const used = [...read('azure.yaml').matchAll(/"\$(\w+)"/g)].map(([, name]) => name)
    expect(used).not.toEqual([])
    expect(used.filter((name) => !outputs.includes(name))).toEqual([])
  })

  it('tell Redis which identity the app has, if it is not the system-assigned one', () => {
    const bicep = read('infra/main.bicep')
    expect(bicep).toMatch(/type: 'UserAssigned'/)
    expect(bicep).toMatch(/'STORE_AUTH', value: 'entra' }/)
    expect(bicep).toMatch(/'STORE_CLIENT_ID', value: identity\.properties\.clientId }/)
  })
})

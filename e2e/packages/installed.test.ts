/** The packages as npm would get them: checked, installed into an empty folder, and used by a server and a page. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch } from 'puppeteer-core'
import { createTenant, freePort, localClient, people } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { findingsIn } from '../../release/dry.ts'
import { manifestIn, root } from '../../release/manifest.ts'
import { findHeadlessChromium } from '../chromium.ts'
import { eventually } from '../instances/eventually.ts'
import { runProgram } from '../instances/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-installed-'))
const { folder: packages, packed } = inject('packages')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the app has beside our packages, in the versions of this repository. */
const others = [
  '@tanstack/react-query',
  '@types/node',
  '@types/react',
  '@types/react-dom',
  '@vitejs/plugin-react',
  'fastify',
  'react',
  'react-dom',
  'typebox',
  'typescript',
  'vite',
]

beforeAll(() => {
  cpSync(join(import.meta.dirname, 'consumer'), folder, { recursive: true })
  const ours = packed.map(({ name, filename }) => [name, `file:${join(packages, filename)}`])
  const from = ['.', 'web', 'packages/react', 'packages/fastify', 'packages/contract']
  const versions = from.map((path) => {
    const { dependencies, devDependencies } = manifestIn(join(root, path))
    return { ...dependencies, ...devDependencies }
  })
  const wanted: Record<string, string> = Object.assign({}, ...versions)
  const dependencies = Object.fromEntries([...others.map((name) => [name, wanted[name]]), ...ours])
  write('package.json', { type: 'module', dependencies })
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--silent']
  execFileSync('npm', ['install', ...options], { cwd: folder, stdio: ['ignore', 2, 2] })
}, 240_000)

function write(name: string, content: object): void {
  writeFileSync(join(folder, name), JSON.stringify(content))
}

const program = (name: string) => join(folder, 'node_modules', name)

/** @returns what it printed */
function run(file: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [file, ...args], { cwd: folder, encoding: 'utf8' })
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error)
  }
}

it('passes publint and arethetypeswrong', () => {
  const checkers = join(root, 'release')
  if (!existsSync(join(checkers, 'node_modules'))) {
    execFileSync('npm', ['ci', '--silent', '--prefer-offline', '--prefix', checkers])
  }
  expect(packed.map(({ name }) => name).toSorted()).toEqual([
    '@gatehouse/cli',
    '@gatehouse/contract',
    '@gatehouse/create',
    '@gatehouse/fastify',
    '@gatehouse/react',
    '@gatehouse/tenant',
  ])
  expect(packed.flatMap((one) => findingsIn(one, packages))).toEqual([])
})

it('asks for exact versions of each other, and cannot be published by accident', () => {
  for (const { name, version } of packed) {
    const manifest = manifestIn(program(name))
    expect(manifest).toMatchObject({ private: true, license: 'MIT', type: 'module' })
    expect(manifest).toHaveProperty('engines.node')
    const ours = Object.entries(manifest.dependencies ?? {}).filter(([one]) =>
      one.startsWith('@gatehouse/'),
    )
    expect(ours.filter(([, wanted]) => wanted !== version)).toEqual([])
  }
})

it('has no TypeScript of ours but declarations, and the template of an app', () => {
  const files = readdirSync(program('@gatehouse'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /(?<!\.d)\.tsx?$/.test(file))
  expect(files.length).toBeGreaterThan(500)
  expect(sources.filter((file) => !file.startsWith(join('create', 'template')))).toEqual([])
  expect(sources.length).toBeGreaterThan(50)
})

it('has types for all that a server, a page and a test use', () => {
  // skipLibCheck is off: the declarations themselves are checked too.
  expect(run(program('typescript/bin/tsc'), '-p', '.')).toBe('')
})

it('has types for an app that has not declared its endpoints, as in the README', () => {
  const readme = readFileSync(join(root, 'packages/react/README.md'), 'utf8')
  const [, example = ''] = /```tsx\n(.*?)\n```/s.exec(readme) ?? []
  expect(example).toContain("useApi('/api/reports')")
  const calls = `
export const useOrders = () => useApi('/api/orders/:id', { params: { id: '1' }, query: { top: 5 } })
export const useOrder = () => useApiMutation('POST /api/orders').mutate({ body: {}, ifMatch: '1' })`
  const code = `import { useApiMutation } from '@gatehouse/react'\n${example}${calls}\n`
  mkdirSync(join(folder, 'undeclared'))
  writeFileSync(join(folder, 'undeclared/page.tsx'), code)
  write('undeclared/tsconfig.json', { extends: '../tsconfig.json' })
  expect(run(program('typescript/bin/tsc'), '-p', 'undeclared')).toBe('')
})

it('signs a user in: a server of 15 lines, and a page of 30 in Chromium', async () => {
  expect(run(program('vite/bin/vite.js'), 'build', '--logLevel', 'error')).toBe('')
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const redirectUris = [`${publicUrl}/auth/redirect`, `${publicUrl}/signed-out`]
  const tenant = await createTenant({ clients: [{ ...localClient, web: { redirectUris } }] })
  write('aad.config.json', {
    tenant: tenant.tenantId,
    clientId: localClient.clientId,
    clientSecret: localClient.secrets[0],
    authority: tenant.authority,
    publicUrl,
    scopes: ['User.Read'],
    downstreamApis: { graph: { baseUrl: tenant.graphUrl, scopes: ['User.Read'] } },
  })
  const env = { PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'error' }
  const server = runProgram(process.execPath, ['app.ts'], env, folder)
  const browser = await launch({
    executablePath: findHeadlessChromium() ?? '',
    args: ['--no-sandbox'],
  })
  try {
    await eventually('the server answers', async () => {
      const answer = await fetch(`${publicUrl}/healthz`).catch(() => undefined)
      return answer?.ok === true || server.output() !== ''
    })
    expect(server.output()).toBe('')
    const page = await browser.newPage()
    page.setDefaultTimeout(20_000)
    await page.goto(publicUrl)
    await page.locator('::-p-text(Sign in)').click()
    const nora = people(tenant).first
    await page.locator(`::-p-text(${nora.userPrincipalName})`).click()
    await page.locator('button::-p-text(Accept)').click()
    await page.locator(`h1::-p-text(${nora.displayName})`).waitHandle()
  } finally {
    await browser.close()
    await server.end()
    await tenant.close()
  }
  expect(server.output()).toBe('')
})

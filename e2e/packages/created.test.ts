/** An app made by `npm create @gatehouse`, from a registry that has the packages as npm would have them. */
import { execFileSync } from 'node:child_process'
import {
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
import { freePort } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createContainer, production } from '../container.ts'
import { firstStage, runFirstStage } from '../docker-build.ts'
import { eventually } from '../instances/eventually.ts'
import { runProgram } from '../instances/program.ts'
import { deadLinks } from '../links.ts'
import { startRegistry, type Registry } from './registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-created-'))
const app = join(folder, 'my-app')
const image = join(folder, 'image')
let registry: Registry
let env: Record<string, string>

beforeAll(async () => {
  const { folder: from, packed } = inject('packages')
  const files = packed.map(({ name, filename }) => [name, join(from, filename)] as const)
  registry = await startRegistry(new Map(files), join(folder, 'npmrc'))
  env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...registry.env }
})
afterAll(async () => {
  await registry?.close()
  rmSync(folder, { recursive: true, force: true })
})

const slow = { tags: ['thorough'], timeout: 400_000 }

/** @returns what it printed */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const program = runProgram('npm', args, env, cwd)
  const code = await program.ended
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${program.output()}`)
  return program.output()
}

describe('an app made by npm create', () => {
  it('is made, and passes its own check and tests', slow, async () => {
    const args = ['create', '--yes', '@gatehouse', 'my-app', '--', '--name', 'Expenses']
    expect(await npm(folder, ...args)).toContain('Expenses is ready. Next:')
    expect(await npm(app, 'test')).toMatch(/Tasks: {4}5 successful, 5 total/)
    const ours = readdirSync(join(app, 'node_modules/@gatehouse'), { withFileTypes: true })
    const linked = ours.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)
    expect(linked.toSorted()).toEqual(['bff', 'shared', 'web'])
    // Tests run with the Vite that builds: with another one, there would be two.
    const found = ['', 'web/'].map((part) => existsSync(join(app, part, 'node_modules/vite')))
    expect(found).toEqual([true, false])
  })

  it('runs: npm run dev serves the page, and a user signs in', slow, async () => {
    const [web, back, tenant] = [await freePort(), await freePort(), await freePort()]
    const ports = { WEB_PORT: `${web}`, PORT: `${back}`, TENANT_PORT: `${tenant}` }
    const dev = runProgram('npm', ['run', 'dev'], { ...env, ...ports }, app)
    try {
      const isUp = () => /is running|error/i.test(dev.output())
      await eventually('the app runs', isUp, 60_000)
      expect(dev.output()).toContain('  Expenses is running\n\n  Open          http://localhost')
      const page = await fetch(`http://localhost:${web}/`)
      expect(await page.text()).toContain('<title>Expenses</title>')
      const session = ['run', '--silent', 'session']
      const cookie = execFileSync('npm', session, { cwd: app, env: { ...env, ...ports } })
      const headers = { cookie: cookie.toString().trim() }
      const me = await fetch(`http://localhost:${web}/api/me`, { headers })
      expect(await me.json()).toMatchObject({ name: 'Nora Hill' })
    } finally {
      await dev.end()
    }
  })

  it(
    'is built by its Dockerfile, from its lock file, and without what is private',
    slow,
    async () => {
      const { nodeMajor } = firstStage(readFileSync(join(app, 'Dockerfile'), 'utf8'))
      expect(`v${nodeMajor}`).toBe(process.version.split('.')[0])
      writeFileSync(join(app, '.env'), 'SECRET=1')
      mkdirSync(join(app, 'bff/.data'), { recursive: true })
      mkdirSync(join(app, '.git'), { recursive: true })
      await runFirstStage(app, image, env)
      rmSync(join(app, '.git'), { recursive: true })
      for (const name of ['.env', 'bff/.data', '.git']) {
        expect([name, existsSync(join(image, 'app', name))]).toEqual([name, false])
      }
    },
  )

  it('has an image that serves it, knows that it is well, and ends in order', slow, async () => {
    const container = createContainer(app, join(image, 'app'))
    const port = await freePort()
    const server = container.run({ ...production, HOST: '127.0.0.1', PORT: `${port}` })
    const answerOf = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers: { host: 'app.example.com' } })
    try {
      await eventually('the image answers', async () => {
        const answer = await answerOf('/healthz').catch(() => undefined)
        return answer?.ok === true
      })
      expect(await (await answerOf('/')).text()).toContain('<title>Expenses</title>')
      expect((await answerOf('/api/me')).status).toBe(401)
      const check = container.healthCheck.map((part) => part.replace('8080', `${port}`))
      expect(check.shift()).toBe('node')
      execFileSync(process.execPath, check, { env: {} })
      expect(await server.end()).toBe(0)
      expect(() => execFileSync(process.execPath, check, { env: {} })).toThrow('Command failed')
    } finally {
      await server.end('SIGKILL')
      container.remove()
    }
  })

  it('has nothing of the repository that it was made from', slow, () => {
    for (const name of ['.git', 'docs', 'e2e', 'packages', 'CHANGELOG.md', '.changeset']) {
      expect([name, existsSync(join(app, name))]).toEqual([name, false])
    }
    const lock = readFileSync(join(app, 'package-lock.json'), 'utf8')
    expect(lock).toContain('"node_modules/@gatehouse/fastify"')
  })

  it('has documents whose links lead somewhere', slow, () => {
    const from = join(app, 'node_modules/@gatehouse')
    const texts = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter(
      // The template has a README of an app.
      (path) => path.endsWith('.md') && !/^(?:create|web|bff|shared)\/.+\//.test(path),
    )
    const documents = ['README.md', ...texts.map((path) => `node_modules/@gatehouse/${path}`)]
    expect(documents.length).toBeGreaterThan(30)
    const read = (path: string) => {
      const file = join(app, path)
      if (!existsSync(file)) return undefined
      return path.endsWith('.md') ? readFileSync(file, 'utf8') : ''
    }
    expect(documents.flatMap((document) => deadLinks(document, read))).toEqual([])
    const words = readFileSync(join(app, 'web/src/development/words.ts'), 'utf8')
    const named = words.match(/node_modules\/@gatehouse\/cli\/docs\/[\w./-]*/g) ?? []
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((path) => !existsSync(join(app, path)))).toEqual([])
  })
})

/** `npm create @gatehouse` from its sources, without a network: an npm of the tests installs nothing. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
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
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { filesOf, isAppFile } from '../src/app-files.ts'

const root = join(import.meta.dirname, '../../..')
const program = join(import.meta.dirname, '../create.cjs')
const base = mkdtempSync(join(tmpdir(), 'gatehouse-create-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(base, 'test-'))
})

/** Writes what it was started with, and then waits for ever if it is told to. */
const npm = join(base, 'npm-cli.js')
writeFileSync(
  npm,
  `require('node:fs').writeFileSync('installed.json', JSON.stringify(process.argv.slice(2)))
   if (process.env.SLOW) setInterval(() => {}, 1000)`,
)
const env = { PATH: process.env['PATH'], npm_execpath: npm }

function create(...args: string[]) {
  const options = { cwd: folder, encoding: 'utf8', env } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options)
  return { status, stdout, stderr }
}

const options = { folder: '', folderName: 'my-app', name: 'My app', brand: '#0f6cbd' }

describe('an app', () => {
  it('is the repository’s own web, bff and shared, but for its name and the versions', () => {
    const files = filesOf({ ...options, install: true })
    const tracked = execFileSync('git', ['ls-files', 'web', 'bff', 'shared'], {
      cwd: root,
      encoding: 'utf8',
    }).trim()
    const expected = tracked.split('\n').filter((path) => !/^\w+\/(?:test|generate)\//.test(path))
    const own = [...files.keys()].filter((path) => /^(?:web|bff|shared)\/(?!test\/)/.test(path))
    expect(own.toSorted()).toEqual(expected.toSorted())
    const differing = [...files].filter(([path, content]) => {
      if (!/^(?:web|bff|shared)\//.test(path)) return false
      return readFileSync(join(root, path), 'utf8') !== content.toString()
    })
    expect(differing.map(([path]) => path).toSorted()).toEqual([
      'bff/package.json',
      'shared/package.json',
      'shared/src/appearance.ts',
      'web/package.json',
      'web/src/development/words.ts',
    ])
  })

  it('has the tests that its documents name', () => {
    const files = filesOf({ ...options, install: true })
    const named = readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md') && !name.startsWith('threat'))
      .flatMap((name) => [
        ...readFileSync(join(root, 'docs', name), 'utf8').matchAll(
          /`(web\/test\/[\w-]+\.test\.ts)`/g,
        ),
      ])
      .map(([, path = '']) => path)
    expect(named).toContain('web/test/languages.test.ts')
    expect(named.filter((path) => !files.has(path))).toEqual([])
  })

  it.each([
    'bff/.env',
    'bff/.env.local',
    'bff/.data/session-key',
    'web/test-results/x/aad.config.json',
    'web/tsconfig.tsbuildinfo',
  ])('has nothing that work and tests leave behind: %s', (path) => {
    expect(isAppFile(path)).toBe(false)
  })

  it('has its name and colors wherever ours were', () => {
    const files = filesOf({ ...options, name: 'Expenses', brand: '#0b6a0b', install: true })
    const shown = [...files].filter(
      ([path, content]) =>
        path.startsWith('web/') &&
        !/^web\/src\/(?:development|languages)\//.test(path) &&
        /['>\s`]Gatehouse\b(?!’s)/.test(
          content.toString().replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, ''),
        ),
    )
    expect(shown.map(([path]) => path)).toEqual([])
    const file = String(files.get('shared/src/appearance.ts'))
    expect(file).toContain("  name: 'Expenses',\n")
    expect(file).toContain("  brandColor: '#0b6a0b',\n")
  })

  it('asks for nothing of this repository, and for exact versions of the packages', () => {
    const files = filesOf({ ...options, install: true })
    for (const path of ['', 'web/', 'bff/', 'shared/']) {
      const text = String(files.get(`${path}package.json`))
      expect(text).not.toMatch(/run\.cjs|test-support|test-reports|generate/)
      const packages = [
        ...text.matchAll(/"@gatehouse\/(contract|fastify|react|tenant|cli)": "(.*)"/g),
      ]
      for (const [, , version] of packages) expect(version).toMatch(/^\d+\.\d+\.\d+/)
    }
    expect(JSON.parse(String(files.get('aad.config.json')))).toMatchObject({
      $schema: './node_modules/@gatehouse/fastify/aad.config.schema.json',
      clientId: '{enter-your-client-id-here}',
    })
  })
})

describe('the command', () => {
  it('makes an app without a terminal, and installs also what develops it', () => {
    const { status, stdout } = create('my-app', '--name', 'Ärzte 2', '--brand', '#C50F1F')
    expect({ status, stdout }).toMatchObject({ status: 0 })
    expect(stdout).toContain('Ärzte 2 is ready. Next:\n\n  cd my-app\n  npm run dev\n')
    const app = join(folder, 'my-app')
    const args = JSON.parse(readFileSync(join(app, 'installed.json'), 'utf8')) as string[]
    expect(args.slice(0, 2)).toEqual(['install', '--include=dev'])
    const shown = ['.devcontainer', '.dockerignore', '.github', '.gitignore', '.npmrc', 'README.md']
    expect(readdirSync(app)).toEqual(expect.arrayContaining([...shown, 'Dockerfile', 'turbo.json']))
    expect(readdirSync(app)).not.toContain('.git')
    expect(readFileSync(join(app, 'README.md'), 'utf8')).toMatch(/^# Ärzte 2\n/)
  })

  it('makes it in the folder that it was started in, if that is empty but for .git', () => {
    mkdirSync(join(folder, '.git'))
    const inside = join(folder, 'inside')
    mkdirSync(inside)
    folder = inside
    const { status, stdout } = create('.', '--no-install')
    expect(status).toBe(0)
    expect(stdout).toContain('Inside is ready. Next:\n\n  npm install\n  npm run dev\n')
  })

  it('says how to enter a folder with a space in its path', () => {
    const { status, stdout } = create('My projects/my-app', '--no-install')
    expect(status).toBe(0)
    expect(stdout).toContain('  cd "My projects/my-app"\n')
  })

  it.each([
    [['my app'], '"my app" cannot be the name of the app\'s folder'],
    [['App'], '"App" cannot be the name'],
    [['../-x'], '"-x" cannot be the name'],
    [['con'], '"con" cannot be the name'],
    [['node_modules'], '"node_modules" cannot be the name'],
    [['full'], 'full is not empty: it has notes.txt. Choose a new or an empty folder.'],
    [['file'], 'file is a file.'],
    [[], 'Which folder? Such as: npm create @gatehouse my-app'],
    [['a', 'b'], 'One folder is made, not 2 (a, b). Options go behind --'],
    [['a', '--name', "x' + y"], 'The name takes up to 50 letters'],
    [['a', '--name', '<b>'], 'The name takes up to 50 letters'],
    [['a', '--brand', 'red'], '"red" is no color: it takes six hexadecimal digits'],
    [
      ['a', '--colour', 'x'],
      "Unknown option '--colour'. Every option: npm create @gatehouse -- --help",
    ],
  ])('refuses %j in a sentence, and makes nothing', (args, sentence) => {
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full/notes.txt'), '')
    writeFileSync(join(folder, 'file'), '')
    const { status, stderr, stdout } = create(...args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'full'])
  })

  it('says what it takes', () => {
    expect(create('--help').stdout).toMatch(/^Usage: npm create @gatehouse <folder> \[-- options\]/)
  })

  /** The command under a Node that says it has another version. */
  function createWith(version: string) {
    const preload = join(base, `node-${version}.cjs`)
    const found = { value: version, enumerable: true }
    writeFileSync(
      preload,
      `Object.defineProperty(process.versions, 'node', ${JSON.stringify(found)})`,
    )
    const args = ['--require', preload, program, 'my-app', '--no-install']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env,
    })
    return { status, stdout, stderr }
  }

  it.each(['18.20.8', '19.9.0', '20.18.3'])('says which Node is needed to %s', (version) => {
    const { status, stdout, stderr } = createWith(version)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `Gatehouse needs Node 20.19 or later, and npm 10. This is Node ${version}.\nInstall a current one from https://nodejs.org, and run the command again.\n`,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['20.19.0', '22.0.0'])('takes Node %s', (version) => {
    expect(createWith(version)).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(folder)).toEqual(['my-app'])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind at %s', async (signal) => {
    const args = [program, 'deep/er/my-app']
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...env, SLOW: '1' } })
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
    const installing = join(folder, 'deep/er/my-app/installed.json')
    await vi.waitFor(() => expect(existsSync(installing)).toBe(true), { timeout: 30_000 })
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([130, null])
    expect(words).toContain('Interrupted: nothing is left behind.')
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps what was in the folder when it is interrupted', async () => {
    mkdirSync(join(folder, 'app/.git'), { recursive: true })
    const child = spawn(process.execPath, [program, 'app'], {
      cwd: folder,
      env: { ...env, SLOW: '1' },
    })
    const installing = join(folder, 'app/installed.json')
    await vi.waitFor(() => expect(existsSync(installing)).toBe(true), { timeout: 30_000 })
    child.kill('SIGINT')
    await once(child, 'close')
    expect(readdirSync(join(folder, 'app'))).toEqual(['.git'])
  })
})

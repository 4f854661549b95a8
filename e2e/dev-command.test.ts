/** `npm run dev` as a developer uses it: how it ends, what it reloads, and what it says. */
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './instances/eventually.ts'
import { listens } from './instances/listens.ts'
import { runProgram } from './instances/program.ts'
import { startDev as startDevIn, type Dev } from './recipe/dev-command.ts'
import { copyProject, type ProjectCopy } from './recipe/project-copy.ts'

let copy: ProjectCopy
beforeAll(() => {
  copy = copyProject()
})
afterAll(() => copy?.dispose())

const running: Dev[] = []
afterEach(() => Promise.all(running.splice(0).map((dev) => dev.end())))

/** Starts it, and ends it after the test. */
async function startDev(...given: How): Promise<Dev> {
  const dev = await startDevIn(copy.folder, ...given)
  running.push(dev)
  return dev
}

type How = Parameters<typeof startDevIn> extends [string, ...infer Rest] ? Rest : never

const allFree = async ({ ports }: Dev) =>
  (await Promise.all(Object.values(ports).map((port) => listens(port)))).every((one) => !one)

const timeout = 180_000

describe('npm run dev', { tags: ['thorough'], timeout }, () => {
  it.each([
    ['npm', 'SIGTERM'],
    ['npm', 'SIGKILL'],
    ['node', 'SIGTERM'],
    ['node', 'SIGINT'],
    ['node', 'SIGHUP'],
    ['node', 'SIGKILL'],
  ] as const)('leaves no server behind when %s gets %s', async (how, signal) => {
    const dev = await startDev(how)
    await dev.says('Gatehouse is running')
    expect(await allFree(dev)).toBe(false)
    process.kill(dev.program.pid, signal)
    await eventually('every port is free', () => allFree(dev), 15_000)
    expect(await dev.program.ended).not.toBe(undefined)
  })

  it('leaves no server behind when it is killed while it starts', async () => {
    const dev = await startDev()
    await eventually('the first server listens', async () => !(await allFree(dev)), 60_000)
    process.kill(dev.program.pid, 'SIGKILL')
    await eventually('every port is free', () => allFree(dev), 30_000)
    expect(dev.program.output()).not.toContain('is running')
  })

  it('answers health checks at the address of the page, as a deployment does', async () => {
    const dev = await startDev()
    await dev.says('Gatehouse is running')
    for (const path of ['/healthz', '/readyz', '/healthz?from=here']) {
      const answer = await fetch(`http://localhost:${dev.ports.page}${path}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'application/json; charset=utf-8',
      ])
    }
  })

  it('ends everything when the page ends', async () => {
    const dev = await startDev()
    await dev.says('Gatehouse is running')
    const [page] = await childrenOf(dev.program.pid, 'vite.js')
    process.kill(page ?? 0, 'SIGKILL')
    expect(await dev.program.ended).toBe(1)
    expect(dev.program.output()).toContain('The page ended')
    expect(await allFree(dev)).toBe(true)
  })

  it('reloads the back end after a file was written, replaced, replaced again and mended', async () => {
    const dev = await startDev()
    await dev.says('Gatehouse is running')
    const file = join(copy.folder, 'bff/src/routes/index.ts')
    const before = readFileSync(file, 'utf8')
    const replace = (text: string) => {
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
    }
    for (const write of [replace, replace, (text: string) => writeFileSync(file, text)]) {
      write(`${before}\n// ${Math.random()}\n`)
      await dev.says('bff/src/routes/index.ts')
      await dev.says('The back end answers again.')
    }
    replace(`${before}\nimport import\n`)
    await dev.says('starts again when a file changes')
    expect(await listens(dev.ports.page)).toBe(true)
    replace(before)
    await dev.says('The back end answers again.')
    // A file in a folder that is new, of a package that the back end depends on.
    mkdirSync(join(copy.folder, 'shared/src/new'))
    await eventually('the new file is noticed', () => {
      writeFileSync(join(copy.folder, 'shared/src/new/file.ts'), `// ${Math.random()}\n`)
      return dev.program.output().includes('shared/src/new/file.ts changed')
    })
    await dev.says('The back end answers again.')
  })

  it('shows another name and colour of the app at once', async () => {
    const dev = await startDev()
    await dev.says('Gatehouse is running')
    const read = async (path: string) =>
      (await fetch(`http://localhost:${dev.ports.page}${path}`)).text()
    const colours = '/src/ui/tokens.generated.css'
    expect(await read(colours)).toContain('#0f6cbd')
    const file = join(copy.folder, 'shared/src/appearance.ts')
    const before = readFileSync(file, 'utf8')
    const edited = before.replace("'Gatehouse'", "'Greenhouse'").replace('#0f6cbd', '#0b6a0b')
    writeFileSync(file, edited)
    await eventually('the page has the name', async () =>
      (await read('/')).includes('<title>Greenhouse</title>'),
    )
    for (const path of ['/', colours]) expect(await read(path)).not.toContain('0f6cbd')
    // A mistake leaves the page as it was, and a mended one is seen.
    writeFileSync(file, edited.replace('#0b6a0b', 'green'))
    await dev.says('appearance.brandColor has to be six hexadecimal digits')
    expect(await read('/')).toContain('<title>Greenhouse</title>')
    writeFileSync(file, before)
    await eventually('the page is as before', async () =>
      (await read('/')).includes('<title>Gatehouse</title>'),
    )
    expect(await read(colours)).toContain('#0f6cbd')
  })

  it('goes over to an edited configuration, and says so', async () => {
    const dev = await startDev()
    await dev.says('Gatehouse is running')
    const file = join(dev.folder, 'aad.config.json')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, before.replace('"tenant"', '"tennant"'))
    await dev.says(/aad\.config\.json changed\. Nothing was restarted:[^]*tennant: is not a key/)
    expect(await listens(dev.ports.backEnd)).toBe(true)
    writeFileSync(`${file}.new`, before.replace('"scopes"', '"session": {}, "scopes"'))
    renameSync(`${file}.new`, file)
    await dev.says('aad.config.json changed: restarting.')
    await dev.says('The back end answers again.')

    writeFileSync(join(dev.folder, '.env'), 'AAD_CLIENT_SECRET=abc#def\n')
    await dev.says(/\.env changed\. Nothing was restarted:[^]*line 1: AAD_CLIENT_SECRET has a #/)
    // The public address is the page's too, so both restart, and the new one is announced.
    const publicUrl = 'https://app.example.test'
    writeFileSync(join(dev.folder, '.env'), `PUBLIC_URL=${publicUrl}\n`)
    await dev.says('.env changed: restarting.')
    await dev.says(`Open          ${publicUrl}`)
    await dev.says(`${publicUrl} has to be passed on to http://localhost:${dev.ports.page}`)
    rmSync(join(dev.folder, '.env'))
    await dev.says('.env changed: restarting.')
    await dev.says(`Open          http://localhost:${dev.ports.page}`)
  })

  it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])(
    'names each port at which a program listens on %s, and starts nothing',
    async (host) => {
      const others = [createServer(), createServer(), createServer()]
      const ports = await Promise.all(
        others.map(async (other) => {
          await once(other.listen({ port: 0, host }), 'listening')
          return String((other.address() as { port: number }).port)
        }),
      )
      const [page = '', back = '', tenant = ''] = ports
      const given = { WEB_PORT: page, PORT: back, TENANT_PORT: tenant }
      const { program } = await startDev('node', given)
      expect(await program.ended).toBe(1)
      for (const other of others) other.close()
      expect(program.output()).toBe(
        [
          `Port ${tenant} (local tenant) is in use. Stop the other program, or set TENANT_PORT to another port.`,
          `Port ${back} (back end) is in use. Stop the other program, or set PORT to another port.`,
          `Port ${page} (page) is in use. Stop the other program, or set WEB_PORT to another port.`,
          '',
        ].join('\n'),
      )
    },
  )

  it.each([
    [{ HOST: 'x86_64-conda-linux-gnu' }, 'HOST is "x86_64-conda-linux-gnu"'],
    [{ HOST: '192.0.2.1' }, 'HOST is "192.0.2.1", which is no address of this machine'],
    [{ WEB_PORT: '5173x' }, 'WEB_PORT takes a port number from 1 to 65535, not "5173x"'],
    [{ WEB_PORT: '70000' }, 'WEB_PORT takes a port number'],
    [{ WEB_PORT: '6001', PORT: '6001' }, 'Port 6001 is chosen for several servers'],
    [{ PORT: 'x' }, 'PORT: takes a port number'],
  ])('ends with a sentence and no stack for %j', async (given, words) => {
    const { program } = await startDev('node', given)
    expect(await program.ended).toBe(1)
    expect(program.output()).toContain(words)
    expect(program.output()).not.toMatch(/\n\s+at /)
  })
})

/** The processes that a process has started, by a word of their command line. */
async function childrenOf(pid: number, word: string): Promise<number[]> {
  const listed = runProgram('ps', ['-o', 'pid=,command=', '--ppid', String(pid)])
  await listed.ended
  const lines = listed.output().split('\n')
  return lines.filter((line) => line.includes(word)).map((line) => Number.parseInt(line, 10))
}

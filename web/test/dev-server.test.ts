import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { resolveConfig } from 'vite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const web = join(import.meta.dirname, '..')
const root = join(web, '..')
const timeout = 60_000

/** A fake back end, which records the requests that the proxy passes on. */
let backEnd: Server
const passedOn: string[] = []
let passedHeaders: IncomingHttpHeaders = {}

let port: number
let vite: ChildProcess
const made: string[] = []

beforeAll(async () => {
  backEnd = createServer((asked, response) => {
    passedOn.push(`${asked.method} ${asked.url}`)
    passedHeaders = asked.headers
    if (asked.url?.startsWith('/users?silent')) {
      const location = '/auth/sign-in?prompt=none'
      response.writeHead(303, { location, 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] }).end()
      return
    }
    if (asked.url === '/users?lost') {
      asked.socket.destroy()
      return
    }
    response.end('from the back end')
  })
  port = await freePort()
  // As `npm run dev` starts it: with the project's configuration, not the test's.
  const program = join(
    dirname(createRequire(import.meta.url).resolve('vite/package.json')),
    'bin/vite.js',
  )
  vite = spawn(process.execPath, [program], {
    cwd: web,
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_ENV: 'development',
      WEB_PORT: String(port),
      PORT: String(await listen(backEnd)),
    },
  })
  await vi.waitFor(() => ask('/'), { timeout, interval: 100 })
}, timeout)

afterAll(async () => {
  const gone = once(vite, 'exit')
  vite.kill('SIGTERM')
  await gone
  await stopListening(backEnd)
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

async function freePort(): Promise<number> {
  const probe = createServer()
  const free = await listen(probe)
  probe.close()
  await once(probe, 'close')
  return free
}

interface Answer {
  status: number
  type: string
  headers: IncomingHttpHeaders
  body: string
}

type Ask = { method?: string; headers?: Record<string, string> }

/** Requests a path exactly as it is spelled: `fetch` would normalise it. */
function ask(path: string, { method = 'GET', headers = {} }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: `localhost:${port}`, ...headers }
    const asking = request({ host: '127.0.0.1', port, path, method, headers: all }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          headers: answer.headers,
          body,
        }),
      )
    })
    asking.on('upgrade', ({ statusCode = 0 }, socket) => {
      socket.destroy()
      resolve({ status: statusCode, type: '', headers: {}, body: '' })
    })
    asking.on('error', reject).end()
  })
}

/** Queries that make Vite transform a file in another way. */
const queries = [
  '',
  '?',
  '?raw',
  '?raw??',
  '?import',
  '?import&raw',
  '?import&raw??',
  '?import&?raw',
  '?url',
  '?inline',
  '?import&inline',
  '?worker&inline',
  '?direct',
  '?html-proxy&index=0.js',
  '?.svg?import',
  '?.wasm?init',
]

/** Ways to spell the address of a file, before the query. @param file its absolute path */
function addressesOf(file: string): string[] {
  const fromWeb = relative(web, file)
  const fromRoot = relative(root, file)
  const percent = fromWeb.replaceAll('.', '%2e')
  return [
    `/@fs${file}`,
    `/@fs/${file}`,
    `/@fs//${file}`,
    `//@fs${file}`,
    `/@fs${file}/`,
    `/@fs${file.replaceAll('.', '%2e')}`,
    `/@fs${file.replaceAll('/', '%2f')}`,
    `/@fs${web}/../${fromRoot}`,
    `/@fs${web}/src/..%2f..%2f..%2f${fromRoot}`,
    `/@fs${web}/%2e%2e/${fromRoot}`,
    `/@fs${web}\\..\\${fromRoot}`,
    `/@fs${file}%00.js`,
    `/@fs${root}/shared/src/../../${fromRoot}`,
    `/@fs${file}::$DATA`,
    `/@fs${file}.map`,
    `/${fromWeb}`,
    `/${percent}`,
    `/${fromWeb.replaceAll('/', '%2f')}`,
    `//${fromWeb}`,
    `/src/../${fromWeb}`,
    `/node_modules/.vite/deps/../../../${fromWeb}`,
    file,
    `/${file}`,
    `/@id/${file}`,
    `/@id${file}`,
    `/@id/${fromWeb}`,
    `/@id/__x00__${file}`,
    `/@id/@fs${file}`,
  ]
}

/** The spellings that reveal the content of a file. */
async function leaksOf(file: string): Promise<string[]> {
  const word = await ownWord(readFileSync(file, 'utf8'))
  const leaks: string[] = []
  for (const address of addressesOf(file)) {
    const paths = queries.map((query) => address + query)
    const answers = await Promise.all(paths.map(async (path) => ({ path, ...(await ask(path)) })))
    const open = answers.filter(({ body }) => readable(body).includes(word))
    leaks.push(...open.map(({ path }) => path))
  }
  return leaks
}

/** The longest word that is not in the page, because unknown addresses are answered with the page. */
async function ownWord(text: string): Promise<string> {
  const page = (await ask('/nowhere')).body
  const words = (text.match(/\w+/g) ?? []).filter((word) => !page.includes(word))
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest))
}

/** An answer, and the content of its data URLs. */
function readable(body: string): string {
  const encoded = body.matchAll(/;base64,([\w+/=]+)/g)
  const decoded = [...encoded].map(([, data = '']) => Buffer.from(data, 'base64').toString())
  return [body, ...decoded].join('\n')
}

/** A folder with files of one secret word each, which is removed after the tests. */
function folderWith(parent: string, files: string[]): string[] {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'dev-server-test-'))
  made.push(folder)
  return files.map((file) => {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `secret_word_${'x'.repeat(20)}`)
    return path
  })
}

describe('the development server serves the page only', () => {
  const outside = [
    'aad.config.json',
    'package.json',
    'README.md',
    '.git/config',
    '.npmrc',
    'bff/src/server.ts',
    'bff/package.json',
    'packages/fastify/src/index.ts',
    'packages/tenant/src/server.ts',
    'shared/package.json',
    // Through the links that the package manager creates.
    'node_modules/@gatehouse/fastify/src/index.ts',
    'node_modules/react/package.json',
  ]
  const here = outside.filter((file) => existsSync(join(root, file)))

  test.each(here)(
    'and no %s, in any spelling',
    async (file) => {
      expect(await leaksOf(join(root, file))).toEqual([])
    },
    timeout,
  )

  test(
    'although the same spellings find the served files',
    async () => {
      const leaks = await leaksOf(join(web, 'vite/back-end.ts'))
      const found = queries.filter((query) => leaks.some((path) => path.endsWith(`ts${query}`)))
      expect(found.length).toBeGreaterThan(6)
      expect(leaks.length).toBeGreaterThan(50)
    },
    timeout,
  )

  test(
    'and no file of a data folder in another place',
    async () => {
      const files = folderWith(tmpdir(), ['session-key', 'sessions.sqlite', 'notes.ts'])
      for (const file of files) expect(await leaksOf(file)).toEqual([])
    },
    timeout,
  )

  test(
    'and no keys, stores or settings inside the page’s own folder',
    async () => {
      const files = folderWith(join(web, 'test-results'), [
        '.env',
        '.env.local',
        '.npmrc',
        '.git/config',
        '.data/session-key',
        'app.pem',
        'app.key',
        'app.pfx',
        'sessions.sqlite',
        'sessions.sqlite-wal',
        'aad.config.json',
        'aad.config.local.json',
      ])
      for (const file of files) expect(await leaksOf(file)).toEqual([])
    },
    2 * timeout,
  )

  test('and denies everything that Vite denies by default', async () => {
    const byDefault = await resolveConfig({ configFile: false }, 'serve')
    const ours = await resolveConfig({ configFile: join(web, 'vite.config.ts') }, 'serve')
    expect(ours.server.fs.deny).toEqual(expect.arrayContaining(byDefault.server.fs.deny))
  })

  test(
    'and every module that the page imports',
    async () => {
      const modules = new Map<string, string>()
      const follow = async (path: string): Promise<void> => {
        if (modules.has(path)) return
        modules.set(path, '')
        const { status, type, body } = await ask(path)
        modules.set(path, `${status} ${type}`)
        for (const imported of importsOf(body)) await follow(imported)
      }
      for (const start of importsOf((await ask('/')).body)) await follow(start)
      const known = [...modules.keys()]
      expect(known).toEqual(
        expect.arrayContaining([
          '/@vite/client',
          '/@react-refresh',
          '/src/main.tsx',
          '/src/pages/users.tsx',
          '/src/ui/base.css',
          `/@fs${root}/shared/src/paths.ts`,
        ]),
      )
      expect(known.filter((path) => path.includes('/.vite/deps/')).length).toBeGreaterThan(3)
      expect([...modules].filter(([, answer]) => answer !== '200 text/javascript')).toEqual([])
      // Vite serves what a served module imports anyway; this file has nothing but types.
      const types = await ask(`/@fs${root}/shared/src/answers.ts`)
      expect([types.status, (await ask('/logo.svg')).status]).toEqual([200, 200])
    },
    timeout,
  )
})

/** The addresses that a module or the page imports, also later: Vite has made all of them absolute. */
function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport|\bsrc=)\s*\(?\s*"(\/[^"]+)"/g)
  return [...found].map(([, path = '']) => path)
}

describe('the development server asks the back end whether a page leads to a silent sign-in', () => {
  const navigation = { accept: 'text/html', 'sec-fetch-dest': 'document' }

  test('and passes its redirect on, with the cookies', async () => {
    const answer = await ask('/users?silent&q=ada', { headers: navigation })
    expect(answer.status).toBe(303)
    expect(answer.headers).toMatchObject({
      location: '/auth/sign-in?prompt=none',
      'set-cookie': ['a=1; Path=/', 'b=2; Path=/'],
      'cache-control': 'no-store',
    })
  })

  test('and asks with the visitor’s cookies, but not with what announces a body or another protocol', async () => {
    const announced = { 'content-length': '0', te: 'trailers', upgrade: 'h2c' }
    const headers = { ...navigation, ...announced, cookie: 'session-5173=x' }
    expect((await ask('/users?silent', { headers })).status).toBe(303)
    expect(passedHeaders).toMatchObject({ cookie: 'session-5173=x', 'sec-fetch-dest': 'document' })
    expect(Object.keys(passedHeaders).filter((name) => name in announced)).toEqual([])
  })

  test.each(['/users?q=ada', '/users?lost'])('and else serves the page: %s', async (path) => {
    passedOn.length = 0
    const answer = await ask(path, { headers: navigation })
    expect(passedOn).toEqual([`GET ${path}`])
    expect([answer.status, answer.type]).toEqual([200, 'text/html'])
    expect(answer.body).toContain('/src/main.tsx')
  })

  test.each([
    ['a program', '/users?silent', { accept: 'text/html' }],
    ['a frame', '/users?silent', { ...navigation, 'sec-fetch-dest': 'iframe' }],
    ['a module', '/src/main.tsx', navigation],
    ['a file', '/logo.svg', navigation],
  ])('and not for %s', async (_what, path, headers) => {
    passedOn.length = 0
    expect((await ask(path, { headers })).status).toBe(200)
    expect(passedOn).toEqual([])
  })

  test('and not for a foreign host', async () => {
    passedOn.length = 0
    const headers = { ...navigation, host: 'evil.test' }
    expect((await ask('/users?silent', { headers })).status).toBe(403)
    expect(passedOn).toEqual([])
  })
})

describe('the development server answers to its own host names', () => {
  const foreign = [
    'evil.test',
    'evil.test:5173',
    'localhost.evil.test',
    '127.0.0.1.evil.test:5173',
    'localhost@evil.test',
    'localhost.:5173',
  ]

  test.each(foreign)('and refuses the host “%s”', async (host) => {
    passedOn.length = 0
    const headers = { host }
    const paths = [
      '/',
      '/users',
      '/src/main.tsx',
      '/@vite/client',
      `/@fs${root}/shared/src/paths.ts`,
      '/logo.svg',
      '/api/session',
      '/auth/sign-in',
      '/__open-in-editor?file=nothing',
    ]
    for (const path of paths) {
      expect([path, (await ask(path, { headers })).status]).toEqual([path, 403])
    }
    expect((await ask('/auth/sign-out', { method: 'POST', headers })).status).toBe(403)
    expect(passedOn).toEqual([])
  })

  test('which are localhost and loopback addresses', async () => {
    passedOn.length = 0
    for (const name of ['localhost', '127.0.0.1', '[::1]']) {
      const headers = { host: `${name}:${port}` }
      expect((await ask('/src/main.tsx', { headers })).status).toBe(200)
      expect((await ask('/api/session', { headers })).body).toBe('from the back end')
    }
    expect(passedOn).toEqual(Array(3).fill('GET /api/session'))
  })

  test('and reports changes to its own page only', async () => {
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': 'vite-hmr',
    }
    const { body } = await ask('/@vite/client')
    const token = /const wsToken = "([^"]+)"/.exec(body)?.[1] ?? ''
    const open = async (path: string, headers: Record<string, string>) =>
      (await ask(path, { headers: { ...upgrade, ...headers } })).status
    expect(await open(`/?token=${token}`, { origin: `http://localhost:${port}` })).toBe(101)
    expect(await open('/', { origin: 'http://evil.test' })).toBe(400)
    expect(await open(`/?token=${token}`, { host: 'evil.test' })).toBe(400)
  })
})

const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

describe('a page that was opened at another name of this machine', () => {
  test.each(['127.0.0.1', '[::1]', 'app.localhost'])('is shown at localhost: %s', async (name) => {
    const headers = { ...navigation, host: `${name}:${port}` }
    for (const path of ['/users?q=a', '//evil.test/x?q=a']) {
      const { status, headers: answer } = await ask(path, { headers })
      const location = `http://localhost:${port}${path}&host-redirect=done`
      expect([status, answer.location]).toEqual([307, location])
    }
    const again = await ask('/users?host-redirect=done', { headers })
    expect([again.status, again.type]).toEqual([200, 'text/html'])
  })

  test('loads its files there', async () => {
    const headers = { host: `127.0.0.1:${port}` }
    expect((await ask('/src/main.tsx', { headers })).status).toBe(200)
  })
})

describe('while the back end does not answer', () => {
  beforeAll(() => stopListening(backEnd))

  test.each(['/auth/sign-in?returnTo=/users', '/auth/redirect?code=x&state=y', '/api/me'])(
    'a navigation to %s gets a page that loads itself again without a script',
    async (path) => {
      const { status, type, headers, body } = await ask(path, { headers: navigation })
      expect([status, type]).toEqual([503, 'text/html; charset=utf-8'])
      expect([headers['refresh'], headers['retry-after']]).toEqual(['1', '1'])
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(body).toContain('<h1>This page is not available just now</h1>')
      expect(body).toContain('This page goes on by itself in one second.')
      expect(body).toContain('The back end does not answer.')
      expect(body).not.toContain('<script')
      expect(body).not.toContain('code=x')
    },
  )

  test.each([
    ['/api/session', 'GET'],
    ['/auth/sign-out', 'POST'],
    ['/auth/sign-in', 'GET'],
  ])('a fetch of %s by %s gets a problem as JSON', async (path, method) => {
    const asked = { accept: 'application/json', 'sec-fetch-mode': 'cors' }
    const { status, type, headers, body } = await ask(path, { method, headers: asked })
    expect([status, type]).toEqual([503, 'application/problem+json'])
    expect([headers['refresh'], headers['retry-after']]).toEqual([undefined, '1'])
    expect(JSON.parse(body)).toMatchObject({ code: 'unavailable', status: 503 })
  })

  test('a form that was sent is not sent again by itself', async () => {
    const { status, type, headers } = await ask('/auth/x', { method: 'POST', headers: navigation })
    expect([status, type]).toEqual([503, 'text/html; charset=utf-8'])
    expect(headers['refresh']).toBeUndefined()
  })
})

/** `npm run dev` with a path in the public address: Vite serves the page and the way to the back end under it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { withAddressBar } from '../src/pages/doctor/report.ts'

const web = join(import.meta.dirname, '..')
const base = '/apps/people.v2'

/** A fake back end, which says how it was asked. */
let backEnd: Server
let vite: ChildProcess
let origin: string

beforeAll(async () => {
  backEnd = createServer((asked, response) => response.end(`asked for ${asked.url}`))
  const port = await freePort()
  origin = `http://localhost:${port}`
  const program = createRequire(import.meta.url).resolve('vite/package.json')
  vite = spawn(process.execPath, [join(dirname(program), 'bin/vite.js')], {
    cwd: web,
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_ENV: 'development',
      WEB_PORT: String(port),
      PUBLIC_URL: origin + base,
      PORT: String(await listen(backEnd)),
    },
  })
  await vi.waitFor(() => fetch(origin), { timeout: 60_000, interval: 100 })
}, 60_000)

afterAll(async () => {
  const gone = once(vite, 'exit')
  vite.kill('SIGTERM')
  await gone
  backEnd.close()
})

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listen(probe)
  probe.close()
  await once(probe, 'close')
  return port
}

const person = { accept: 'text/html' }

test.each(['', '?q=ada', '/', '/users', '/users?q=ada'])('the page is at %s', async (path) => {
  const answer = await fetch(`${origin}${base}${path}`, { headers: person, redirect: 'manual' })
  const page = await answer.text()
  expect(answer.status).toBe(200)
  expect(page).toContain(`<html data-base-path="${base}"`)
  expect(page).toContain(`src="${base}/src/main.tsx"`)
  expect(page).toContain(`href="${base}/api/session"`)
})

test('the back end is asked under the path, by the address as it came', async () => {
  for (const path of ['/api/session', '/auth/sign-in?returnTo=%2F']) {
    const answer = await fetch(`${origin}${base}${path}`)
    expect(await answer.text()).toBe(`asked for ${base}${path}`)
  }
})

test.each(['/api/session', '/auth/sign-in', '/apps/peopleXv2/api/session', '/src/main.tsx'])(
  'nothing is outside of the path: %s',
  async (path) => {
    const answer = await fetch(origin + path, { redirect: 'manual' })
    expect([answer.status, (await answer.text()).includes('asked for')]).toEqual([404, false])
  },
)

test('a page of another name of this machine is redirected with its path', async () => {
  const other = new URL(`${base}/users?q=a`, origin)
  other.hostname = '127.0.0.1'
  // Not by fetch, which says that it is no navigation.
  const [answer] = (await once(get(other, { headers: person }), 'response')) as [IncomingMessage]
  answer.resume()
  const location = `${origin}${base}/users?q=a&host-redirect=done`
  expect([answer.statusCode, answer.headers.location]).toEqual([307, location])
})

test('the doctor’s page names the whole address if another host was opened', () => {
  const publicUrl = 'https://portal.example.test/people'
  const [finding] = withAddressBar({ publicUrl, findings: [] }, 'https://www.example.test')
  expect(finding?.copy).toBe(publicUrl)
  expect(finding?.next).toContain('https://www.example.test/people')
  expect(withAddressBar({ publicUrl, findings: [] }, 'https://portal.example.test')).toEqual([])
})

/** `deploy/nginx.conf` as it is, but for its ports and its certificate, in front of two servers that take the app's place. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@gatehouse/tenant/testing'
import { findProgram } from '@gatehouse/test-support/ensure-program'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCertificate } from '../certificate.ts'
import { root } from '../imports.ts'
import { eventually } from './eventually.ts'
import { runProgram, type Program } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'nginx-file-'))
const apps: Server[] = []
let nginx: Program
let port: number

beforeAll(async () => {
  port = await freePort()
  const appPorts = [await freePort(), await freePort()]
  for (const appPort of appPorts) apps.push(await startApp(appPort))
  const { certificateFile, keyFile } = makeCertificate(folder)
  const written = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8')
    .replace(/^ +listen \[::\].*\n/gm, '')
    .replace('listen 80;', `listen 127.0.0.1:${await freePort()};`)
    .replace('listen 443 ', `listen 127.0.0.1:${port} `)
    .replace('/etc/ssl/app.example.com.pem', certificateFile)
    .replace('/etc/ssl/private/app.example.com.key', keyFile)
    .replace('8081', String(appPorts[0]))
    .replace('8082', String(appPorts[1]))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`)
  const around = `daemon off; master_process off; pid ${folder}/pid; error_log stderr error; events {}
http { access_log off; gzip on; ${paths.join(' ')}\n${written}}`
  writeFileSync(join(folder, 'nginx.conf'), around)
  const file = join(folder, 'nginx.conf')
  nginx = runProgram(findProgram('nginx') ?? 'nginx', ['-p', folder, '-c', file, '-e', 'stderr'])
  await eventually('nginx serves', async () => (await get('/')) === 200)
})

afterAll(async () => {
  await nginx.end()
  for (const app of apps) app.close()
  rmSync(folder, { recursive: true, force: true })
})

const asPage = { 'content-type': 'text/html; charset=utf-8', 'x-accel-buffering': 'no' }

/** Answers as the app does while Microsoft cannot be reached. */
async function startApp(appPort: number): Promise<Server> {
  const app = createServer((incoming, answer) => {
    const isPage = incoming.url === '/page'
    answer.writeHead(incoming.url === '/readyz' ? 503 : 200, isPage ? asPage : {})
    answer.write(isPage ? 'x'.repeat(1000) : '')
    // The rest of a page follows its data.
    setTimeout(() => answer.end(), isPage ? 1000 : 0)
  })
  await new Promise<void>((resolve) => {
    app.listen(appPort, '127.0.0.1', resolve)
  })
  return app
}

/** @returns the status; 0 if there is no answer */
function get(path: string): Promise<number> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false }
    const asked = request(options, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', () => resolve(0))
    asked.end()
  })
}

it('passes pages on as they come, and does not compress them where nginx itself would', async () => {
  const headers = { 'accept-encoding': 'gzip', host: 'app.example.com' }
  const options = { host: '127.0.0.1', port, path: '/page', rejectUnauthorized: false, headers }
  const [answer] = (await once(request(options).end(), 'response')) as [IncomingMessage]
  expect(answer.headers).not.toHaveProperty('content-encoding')
  let isWhole = false
  answer.once('end', () => (isWhole = true))
  await once(answer, 'data')
  expect(isWhole).toBe(false)
})

it('passes a 503 of the app on, and takes no process out of service for it', async () => {
  const statuses: number[] = []
  for (const path of ['/readyz', '/', '/readyz', '/readyz', '/', '/'])
    statuses.push(await get(path))
  expect(statuses).toEqual([503, 200, 503, 503, 200, 200])
})

it('sends every request to the other process while one is down', async () => {
  apps[0]?.closeAllConnections()
  await new Promise((resolve) => {
    apps[0]?.close(resolve)
  })
  const statuses: number[] = []
  for (let turn = 0; turn < 10; turn += 1) statuses.push(await get('/'))
  expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
})

/** `npm run dev` with the public address of a tunnel, as in a Codespace: sign-in through the page's own origin. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from '@gatehouse/tenant/testing'
import { listens } from './instances/listens.ts'
import { startDev, type Dev } from './recipe/dev-command.ts'
import { copyProject, type ProjectCopy } from './recipe/project-copy.ts'

const publicUrl = 'https://name-5173.app.github.test'
const { host } = new URL(publicUrl)
let copy: ProjectCopy
let dev: Dev

/** As a tunnel forwards: it may keep the Host, or write the address of this machine. */
const forwarded = { 'x-forwarded-host': host, 'x-forwarded-proto': 'https' }
const newBrowser = () => createBrowser(`http://127.0.0.1:${dev.ports.page}`, publicUrl)
const pathOf = (url: string) => {
  const { origin, pathname, search } = new URL(url, publicUrl)
  expect(origin).toBe(publicUrl)
  return pathname + search
}
const codes = () =>
  [...dev.program.output().matchAll(/tenant: (\w{4}-\w{4})/g)].map(([, code = '']) => code)
const post = (browser: Browser, path: string, fields: Record<string, string>, headers = {}) =>
  browser.send(path, {
    method: 'POST',
    headers: {
      origin: publicUrl,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  })

describe('behind a tunnel', { tags: ['thorough'], timeout: 120_000 }, () => {
  beforeAll(async () => {
    copy = copyProject()
    dev = await startDev(copy.folder, 'node', { PUBLIC_URL: publicUrl })
    await dev.says('Gatehouse is running')
  }, 120_000)
  afterAll(async () => {
    await dev?.end()
    copy?.dispose()
  })

  it('the page answers to the host of the tunnel, and to no other', async () => {
    expect(dev.program.output()).toContain(`Open          ${publicUrl}`)
    const browser = newBrowser()
    for (const name of [host, `localhost:${dev.ports.page}`, `127.0.0.1:${dev.ports.page}`]) {
      const headers = { ...forwarded, host: name, accept: 'text/html' }
      expect([name, (await browser.get('/', headers)).status]).toEqual([name, 200])
    }
    for (const name of ['evil.test', `evil.${host}`, 'other-5173.app.github.test']) {
      expect([name, (await browser.get('/', { host: name })).status]).toEqual([name, 403])
    }
  })

  it('the browser hears of changed files at the host of the tunnel, and no other page does', async () => {
    const client = await newBrowser().get('/@vite/client', forwarded)
    const token = /const wsToken = "([^"]+)"/.exec(client.text)?.[1] ?? ''
    const open = (query: string, headers: Record<string, string>) =>
      statusOfUpgrade(dev.ports.page, `/${query}`, { ...forwarded, ...headers })
    for (const name of [host, `localhost:${dev.ports.page}`]) {
      expect(await open(`?token=${token}`, { host: name, origin: publicUrl })).toBe(101)
    }
    expect(await open(`?token=${token}`, { host: 'evil.test' })).toBe(400)
    expect(await open('', { host, origin: 'https://evil.test' })).toBe(400)
  })

  it('a stranger sees a page for the code, and nothing of the tenant', async () => {
    const stranger = newBrowser()
    const start = pathOf(await stranger.startSignIn())
    expect(start).toMatch(/^\/_tenant-login\/[\w-]+\/oauth2\/v2\.0\/authorize\?/)
    for (const path of [start, '/_tenant-login/_tenant', '/_tenant-login/', '/_tenant-login']) {
      const answer = await stranger.get(path, { ...forwarded, cookie: '__Host-tenant-login=x' })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('Enter the code')
      expect(answer.text).not.toMatch(/local-tenant\.example|Nora/)
    }
    const posted = await post(stranger, start, { user: 'x' })
    expect([posted.status, posted.text.includes('Enter the code')]).toEqual([403, true])
    const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    const code = codes().at(-1) ?? ''
    expect((await post(stranger, '/_tenant-login/code', { code }, foreign)).status).toBe(403)
    expect((await stranger.cookie('__Host-tenant-login')) ?? '').toBe('')
    const html = await stranger.get(`/_tenant-login/1/oauth2/v2.0/authorize?"><script>`, {})
    expect(html.text).not.toContain('"><script>')
  })

  it.each(['the Host of the tunnel', 'the Host of this machine'])(
    'the code lets a browser sign in and out, with %s',
    async (which) => {
      const browser = newBrowser()
      const here = which.includes('machine') ? { host: `localhost:${dev.ports.page}` } : {}
      const headers = { ...forwarded, ...here }
      const begun = await browser.get('/auth/sign-in', headers)
      const start = pathOf(begun.location)
      const code = codes().at(-1) ?? ''
      const entered = await post(browser, '/_tenant-login/code', { code, next: start }, headers)
      expect([entered.status, entered.location]).toEqual([303, start])
      expect(entered.setCookies[0]).toMatch(
        /^__Host-tenant-login=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
      const picker = await browser.get(start, headers)
      expect(picker.text).toContain('Nora Hill')
      expect(picker.text).toContain('action="?')
      const user = /name="user" value="([^"]+)"/.exec(picker.text)?.[1] ?? ''
      const consent = await post(browser, start, { user }, headers)
      const back =
        consent.location || (await post(browser, start, { user, accept: '1' }, headers)).location
      const arrived = await browser.get(pathOf(back), headers)
      expect([arrived.status, arrived.location]).toEqual([303, '/'])
      const me = await browser.get('/api/me', headers)
      expect(me.text).toContain('Nora Hill')
      // Only the pages that a browser needs.
      expect((await browser.get('/_tenant-login/_tenant', headers)).status).toBe(404)
      expect((await browser.get('/_tenant-login/v1.0/users', headers)).status).toBe(404)
      const out = await browser.post('/auth/sign-out', {
        ...headers,
        'x-csrf': '1',
        origin: publicUrl,
        accept: 'application/json',
      })
      const { location } = out.json() as { location: string }
      expect(pathOf(location)).toMatch(/^\/_tenant-login\/[\w-]+\/oauth2\/v2\.0\/logout\?/)
      const gone = await browser.get(pathOf(location), headers)
      expect(pathOf(gone.location)).toMatch(/^\/signed-out/)
      // The code is spent, and the terminal has another one.
      const again = await post(newBrowser(), '/_tenant-login/code', { code, next: start }, headers)
      expect(again.status).toBe(403)
      expect(codes().at(-1)).not.toBe(code)
    },
  )

  it('the tenant itself listens on loopback only', async () => {
    expect(await listens(dev.ports.tenant)).toBe(true)
    const answer = await newBrowser().get('/_tenant', { accept: 'text/html' })
    expect(answer.text).not.toContain('Scenarios')
  })
})

/** Opens a WebSocket as Vite's client does. */
async function statusOfUpgrade(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const asking = request({
    host: '127.0.0.1',
    port,
    path,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': 'vite-hmr',
      ...headers,
    },
  }).end()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  asking.once('upgrade', ({ statusCode = 0 }, socket) => {
    socket.destroy()
    resolve(statusCode)
  })
  asking.once('response', (answer) => {
    answer.resume()
    resolve(answer.statusCode ?? 0)
  })
  asking.once('error', reject)
  return promise
}

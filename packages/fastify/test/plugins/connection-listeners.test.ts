import { expect, it } from 'vitest'
import { Pool } from 'undici'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { callOwnApi } from '../../src/web/own-call.ts'

const gatehouse = useTestApp({
  extend: (app) => {
    app.get(
      '/test/listeners',
      { onRequest: (...hook) => app.requireSignIn.apply(app, hook) },
      async (request) => {
        const { socket } = request.raw
        await request.callApi('graph', '/users', { query: { $top: '1' } })
        return { close: socket.listenerCount('close'), port: socket.remotePort }
      },
    )
    app.get('/test/twenty', { onRequest: app.requireSignIn }, async (request) => {
      const call = () => request.callApi('graph', '/users', { query: { $top: '1' } })
      return { answers: (await Promise.all(Array.from({ length: 20 }, call))).length }
    })
    app.get('/test/page', (request) => callOwnApi(app, request, '/test/twenty'))
  },
})

it('a hundred calls on one connection leave no listener on it', async () => {
  const browser = gatehouse().browser()
  await browser.signIn()
  const cookie = await browser.cookieHeader()
  const pool = new Pool(gatehouse().origin, { connections: 1 })
  const seen: { close: number; port: number }[] = []
  for (let turn = 0; turn < 100; turn += 1) {
    const { body } = await pool.request({
      path: '/test/listeners',
      method: 'GET',
      headers: { host: 'localhost:5173', cookie },
    })
    seen.push((await body.json()) as { close: number; port: number })
  }
  await pool.close()
  expect(new Set(seen.map(({ port }) => port)).size).toBe(1)
  expect(seen.at(-1)?.close).toBe(seen[0]?.close)
})

it('twenty calls at once for data that a page brings with it are no leak that Node warns of', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  const browser = await gatehouse().signedIn()
  const answer = (await browser.get('/test/page')).json() as { body: string }
  // Node emits warnings in the next tick.
  await new Promise(setImmediate)
  process.off('warning', note)
  expect(JSON.parse(answer.body)).toEqual({ answers: 20 })
  expect(warnings).toEqual([])
})

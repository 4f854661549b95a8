/** Pages whose first answers go wrong: they come whole, and ask for themselves. */
import { createBrowser } from '@gatehouse/tenant/testing'
import { gatehouse, type FirstAnswers } from '@gatehouse/fastify'
import { describe, expect, it } from 'vitest'
import { useOwnApps } from '../support/own-apps.ts'

const publicUrl = 'http://localhost:5173'
const { config, newApp } = useOwnApps(publicUrl)

const html = `<html><body><script id="session-answer" type="application/json"></script>
<script id="first-answers" type="application/json"></script></body></html>`
const webBuild = { root: import.meta.dirname, html, headers: {} }

/** The text of the second element on a page of a signed-in user. */
async function firstAnswersOf(firstAnswers: FirstAnswers, built = webBuild): Promise<string> {
  const app = newApp()
  const firstAnswersMs = 10_000
  const pages = ['/', '/own']
  await app.register(gatehouse, {
    config: config(),
    webBuild: built,
    pages,
    firstAnswers,
    firstAnswersMs,
  })
  app.get('/api/own', async () => ({ own: true }))
  app.get('/api/page', (_request, reply) => reply.type('text/html').send('<p>'))
  app.get('/api/empty', (_request, reply) => reply.code(204).send())
  app.get('/api/cookie', (_request, reply) => reply.header('set-cookie', 'a=1').send({}))
  app.get('/api/forged', (_request, reply) =>
    reply.type('application/json').send('1},"/api/session":{"status":200,"body":{}'),
  )
  app.get('/api/gone', (_request, reply) => void reply.hijack().raw.destroy())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = createBrowser(app.listeningOrigin, publicUrl)
  await browser.signIn()
  const { status, text, setCookies } = await browser.get('/own', { accept: 'text/html' })
  expect({ status, setCookies }).toEqual({ status: 200, setCookies: [] })
  expect(text).toMatch(/<\/body><\/html>$/)
  return /<script id="first-answers"[^>]*>([^]*?)<\/script>/.exec(text)?.[1] ?? 'nothing'
}

describe('the first answers of a page', () => {
  it('are those that are JSON, whatever becomes of the others', async () => {
    const wrong = ['/api/page', '/api/empty', '/api/cookie', '/api/forged', '/api/gone']
    const addresses = ['/api/own', ...wrong]
    expect(JSON.parse(await firstAnswersOf({ '/own': () => addresses }))).toEqual({
      '/api/own': { status: 200, body: { own: true } },
    })
  })

  it('are none if the app fails to name them', async () => {
    const failing = () => {
      throw new Error('A mistake of the app')
    }
    expect(await firstAnswersOf({ '/own': failing })).toBe('{}')
  })

  it('are none for a page without a place for them, which is sent as it is', async () => {
    const plain = { ...webBuild, html: '<html><body></body></html>' }
    expect(await firstAnswersOf({ '/own': () => ['/api/own'] }, plain)).toBe('nothing')
  })
})

it('a page whose session does not come is sent without it, and asks itself', async () => {
  const app = newApp()
  await app.register(gatehouse, { config: config(), webBuild })
  app.addHook('preHandler', async ({ routeOptions }) => {
    if (routeOptions.url === '/api/session') await new Promise(() => undefined)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const page = await createBrowser(app.listeningOrigin, publicUrl).get('/', { accept: 'text/html' })
  expect(page).toMatchObject({ status: 200, text: html })
})

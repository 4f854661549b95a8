import type { Dispatcher } from 'undici'
import { describe, expect, it } from 'vitest'
import { expectProblem, expectSafeHeaders } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { buildApp } from '@gatehouse/bff/app'
import { createBrowser } from '@gatehouse/tenant/testing'
import { load, ownTenant } from '../support/config-folder.ts'

const gatehouse = useTestApp({
  extend: (app) => {
    app.get('/test/circle', async () => {
      const error = new Error('round and round')
      error.cause = error
      throw error
    })
    app.get('/test/messages/:id', ({ params }) => params)
    app.get('/test/nothing/:what', ({ params }) =>
      Promise.reject((params as { what: string }).what === 'null' ? null : undefined),
    )
    app.get('/test/lists/:list_id/notes/:note2', async () => 'note')
  },
})

describe('a problem', () => {
  it('400 names the parameter and the rule, and never repeats the value', async () => {
    const browser = await gatehouse().signedIn()
    const marker = 'v4lue-that-was-sent'
    for (const [query, name] of [
      [`top=${marker}`, 'top'],
      [`sort=${marker}`, 'sort'],
      [`search=${marker}${'x'.repeat(200)}`, 'search'],
      [`cursor=${marker}`, 'cursor'],
      ['top=0', 'top'],
      ['top=1&top=2', 'top'],
    ] as const) {
      const answer = await browser.get(`/api/users?${query}`)
      const { detail } = expectProblem(answer, 400, 'invalid_request')
      expect(detail).toMatch(new RegExp(`^querystring: ${name} `))
      expect(answer.text).not.toContain(marker)
    }
  })

  it('401 says to sign in, without a redirect and without a call to Graph', async () => {
    for (const path of ['/api/me', '/api/claims', '/api/users', '/api/users?top=nonsense']) {
      expectProblem(await gatehouse().browser().get(path), 401, 'sign_in_required')
    }
    const answer = await gatehouse().browser().post('/api/session/extend')
    expectProblem(answer, 401, 'sign_in_required')
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })

  it('500 is the answer to an error that is its own cause', async () => {
    const answer = await gatehouse().browser().get('/test/circle')
    expect(expectProblem(answer, 500, 'internal').detail).toBe('Something went wrong on our side.')
  })

  it.each(['null', 'undefined'])('500 is the answer to a rejection with %s', async (what) => {
    const answer = await gatehouse().browser().get(`/test/nothing/${what}`)
    expect(expectProblem(answer, 500, 'internal').detail).toBe('Something went wrong on our side.')
  })

  it('414 is the answer to an id longer than any of Microsoft’s, of which messages have long ones', async () => {
    const id = `AAMk${'A'.repeat(147)}=`
    const answer = await gatehouse()
      .browser()
      .get(`/test/messages/${encodeURIComponent(id)}`)
    expect(answer.json()).toEqual({ id })
    const longer = await gatehouse()
      .browser()
      .get(`/test/messages/${'A'.repeat(513)}`)
    expectProblem(longer, 414, 'invalid_request')
  })

  it('403 says that another site asked', async () => {
    const answer = await gatehouse().browser().get('/api/me', { 'sec-fetch-site': 'cross-site' })
    expect(expectProblem(answer, 403, 'cross_site').detail).toContain('another site')
  })

  it.each([
    '/nowhere',
    '/api/nowhere',
    '/api',
    '/api/',
    '/api/me/',
    '/API/me',
    '//api/me',
    '/auth',
    '/api/users/../me',
    '/api/users/%2e%2e%2f%2e%2e%2fbeta/me',
    '/api/users;x',
    '/api/%zz',
    '/%00',
    '/.env',
    '/.git/config',
    '/aad.config.json',
    '/package.json',
    '/assets/../server.ts',
    '/auth/backchannel-logout',
    '/__proto__',
    '/api/constructor',
  ])('404 is the answer at every other address: %s', async (path) => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.get(path)
    expect([400, 404]).toContain(answer.status)
    expectProblem(answer, answer.status, answer.status === 404 ? 'not_found' : 'invalid_request')
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })

  it.each<[Dispatcher.HttpMethod, string, string]>([
    ['POST', '/api/me', 'GET'],
    ['PUT', '/api/users', 'GET'],
    ['DELETE', '/api/users', 'GET'],
    ['PATCH', '/auth/sign-out', 'POST'],
    ['POST', '/auth/sign-in', 'GET'],
    ['OPTIONS', '/api/claims', 'GET'],
    ['GET', '/api/session/extend', 'POST'],
    ['DELETE', '/test/lists/1/notes/2', 'GET'],
  ])('405 names the methods that an address takes: %s %s', async (method, path, allow) => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.send(path, { method, headers: { 'x-csrf': '1' } })
    expectProblem(answer, 405, 'method_not_allowed')
    expect(answer.headers['allow']).toBe(allow)
  })

  it('405 answers HEAD without a call to an API', async () => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.send('/api/users', { method: 'HEAD' })
    expect([answer.status, answer.text]).toEqual([405, ''])
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })

  it('413 refuses a body that is too large', async () => {
    const browser = await gatehouse().signedIn()
    const body = JSON.stringify({ x: 'x'.repeat(20_000) })
    const headers = { 'x-csrf': '1', 'content-type': 'application/json' }
    const answer = await browser.send('/auth/sign-out', { method: 'POST', headers, body })
    expect(expectProblem(answer, 413, 'invalid_request').detail).toContain('too large')
  })

  it('415 refuses a content type that no route accepts', async () => {
    const browser = await gatehouse().signedIn()
    const headers = { 'x-csrf': '1', 'content-type': 'application/xml' }
    const answer = await browser.send('/auth/sign-out', { method: 'POST', headers, body: '<x/>' })
    expectProblem(answer, 415, 'invalid_request')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it.each([
    ['{', 'The body is not JSON.'],
    ['', 'The request says that it has JSON, and has no body.'],
    ['{"__proto__":{"x":1}}', 'The body is not JSON.'],
  ])('400 refuses malformed JSON: %s', async (body, detail) => {
    const headers = { 'x-csrf': '1', 'content-type': 'application/json' }
    const answer = await gatehouse()
      .browser()
      .send('/auth/sign-out', { method: 'POST', headers, body })
    expect(expectProblem(answer, 400, 'invalid_request').detail).toBe(detail)
  })
})

describe('every answer', () => {
  it('is never cached, and forbids type sniffing', async () => {
    const browser = await gatehouse().signedIn()
    for (const path of [
      '/api/me',
      '/api/claims',
      '/api/users',
      '/api/session',
      '/auth/sign-in',
      '/healthz',
      '/readyz',
    ]) {
      expectSafeHeaders(await browser.get(path))
    }
    const answer = await browser.post('/auth/sign-out')
    expectSafeHeaders(answer)
    expect(Object.keys(answer.headers)).not.toContain('x-powered-by')
  })

  it('asks for https only on an https origin', async () => {
    const answer = await gatehouse().browser().get('/api/session')
    expect(answer.headers).not.toHaveProperty('strict-transport-security')
  })

  it('of the health checks tells nothing about configuration or users', async () => {
    const browser = gatehouse().browser()
    expect((await browser.get('/healthz')).json()).toEqual({ status: 'alive' })
    expect((await browser.get('/readyz')).json()).toEqual({ status: 'ready' })
  })
})

describe('an unexpected error', () => {
  it('is 500 without its message or stack, wherever it is thrown', async () => {
    const logs: string[] = []
    const storeUrl = `sqlite:${gatehouse().dataDir}/another.sqlite`
    const config = load(ownTenant, { STORE_URL: storeUrl, LOG_LEVEL: 'info' })
    const app = await buildApp(config, { logStream: { write: (line) => void logs.push(line) } })
    const secret = 'the password is hunter2'
    const boom = async () => {
      throw new Error(secret)
    }
    app.get('/boom', boom)
    app.get('/boom-hook', { preHandler: boom }, async () => 'never')
    app.get('/boom-text', async () => Promise.reject(secret as unknown as Error))
    app.get('/boom-status', async () =>
      Promise.reject(Object.assign(new Error(secret), { statusCode: 418 })),
    )
    await app.listen({ host: '127.0.0.1', port: 0 })
    try {
      const browser = createBrowser(app.listeningOrigin, config.publicUrl)
      for (const path of ['/boom', '/boom-hook', '/boom-text', '/boom-status']) {
        const answer = await browser.get(path)
        const { requestId } = expectProblem(answer, 500, 'internal')
        expect(answer.text).not.toMatch(/hunter2|Error:|\.ts/)
        expect(logs.at(-1)).toContain(requestId)
      }
      expect((await browser.get('/healthz')).status).toBe(200)
    } finally {
      await app.close()
    }
  })
})

/** What one call may ask for in place of the configuration: scopes, and less time. */
import { continueUrl } from '@gatehouse/contract/paths'
import { bearerClaims } from '@gatehouse/test-support/bearer'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { EventEmitter, once } from 'node:events'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { afterEach, afterAll, describe, expect, it, vi } from 'vitest'
import { Deadline } from '../../src/downstream/http.ts'
import { ProblemError } from '../../src/errors.ts'
import { openSocket } from '../support/raw-exchange.ts'
import { json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
let options: Parameters<FastifyRequest['callApi']>[2] = {}
const gatehouse = useTestApp({
  config: {
    downstreamApis: {
      graph: { baseUrl: `${upstream.url}/graph`, scopes: ['User.ReadBasic.All'] },
      files: { baseUrl: `${upstream.url}/files`, scopes: ['Files.Read'] },
      slow: { baseUrl: `${upstream.url}/slow`, scopes: ['User.ReadBasic.All'], timeoutSeconds: 1 },
    },
  },
  extend: (app: FastifyInstance) => {
    for (const name of ['graph', 'files', 'slow']) {
      app.get(`/test/${name}`, { onRequest: app.requireSignIn }, async (request) => ({
        value: await request.callApi(name, '/things', options),
      }))
    }
  },
})
afterAll(() => upstream.close())

async function signedIn() {
  const browser = gatehouse().browser()
  await browser.signIn()
  upstream.answers((response) => json(response, []))
  return browser
}

function sentScopes(): string[] {
  const header = String(upstream.calls.at(-1)?.headers.authorization)
  return String(bearerClaims(header.slice('Bearer '.length))['scp']).split(' ')
}

describe('the scopes of one call', () => {
  it('are asked for if the user has not granted them, and then in the token', async () => {
    const browser = await signedIn()
    options = { scopes: ['Mail.Read'] }
    const problem = expectProblem(await browser.get('/test/graph'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason: 'consent', scopes: ['Mail.Read'] })
    expect(upstream.calls).toEqual([])
    const { location } = await browser.get(continueUrl(problem.signInUrl ?? '', '/'))
    await browser.send(await browser.callbackFrom(location))
    expect((await browser.get('/test/graph')).status).toBe(200)
    expect(sentScopes()).toContain('Mail.Read')
  })

  it('take the place of those of the configuration', async () => {
    const browser = await signedIn()
    options = {}
    const problem = expectProblem(await browser.get('/test/files'), 401, 'interaction_required')
    expect(problem.scopes).toEqual(['Files.Read'])
    options = { scopes: ['https://graph.microsoft.com/User.ReadBasic.All'] }
    expect((await browser.get('/test/files')).status).toBe(200)
    expect(sentScopes()).not.toContain('Files.Read')
  })

  it.each([
    [['api://other/Things.Read']],
    [['User.Read', 'api://other/Things.Read']],
    [['User.Read', '.default']],
    [['openid']],
    [[]],
  ])('are those of the same API, or the route is wrong: %j', async (scopes) => {
    const browser = await signedIn()
    options = { scopes }
    expectProblem(await browser.get('/test/graph'), 500, 'internal')
    expect(upstream.calls).toEqual([])
    expect(gatehouse().logs.at(-1)).toContain('The option scopes')
  })
})

describe('the time of one call', () => {
  it('is that of its API', async () => {
    const browser = await signedIn()
    options = {}
    upstream.answers(() => undefined)
    const began = performance.now()
    expectProblem(await browser.get('/test/slow'), 504, 'upstream_timeout')
    expect(performance.now() - began).toBeLessThan(5000)
    await expect.poll(() => upstream.underWay()).toBe(0)
  })

  it('may be longer than a connection may be silent', async () => {
    const browser = await signedIn()
    options = {}
    upstream.answers((response) => void setTimeout(() => json(response, []), 700))
    const { server } = gatehouse().app
    const before = server.timeout
    server.setTimeout(200)
    const socket = await openSocket(gatehouse().origin)
    try {
      const cookie = await browser.cookieHeader()
      const headers = `Host: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`
      socket.write(`GET /test/slow HTTP/1.1\r\n${headers}`)
      const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
      expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
      const silent = await openSocket(gatehouse().origin)
      await once(silent, 'close')
    } finally {
      server.setTimeout(before)
      socket.destroy()
    }
  })

  it.each(['graph', 'slow'])('can be less, and never more: %s', async (name) => {
    const browser = await signedIn()
    upstream.answers(() => undefined)
    options = { timeoutSeconds: name === 'slow' ? 3600 : 0.1 }
    const began = performance.now()
    expectProblem(await browser.get(`/test/${name}`), 504, 'upstream_timeout')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it.each([0, -1, Number.NaN])(
    'is some time, or the route is wrong: %s',
    async (timeoutSeconds) => {
      const browser = await signedIn()
      options = { timeoutSeconds }
      expectProblem(await browser.get('/test/graph'), 500, 'internal')
      expect(upstream.calls).toEqual([])
    },
  )
})

describe('a call whose client has left', () => {
  const onTimeout = () => new ProblemError('upstream_timeout', 'late')

  afterEach(() => void vi.useRealTimers())

  it('is not begun', () => {
    const client = Object.assign(new EventEmitter(), { destroyed: true })
    expect(() => new Deadline(client, 1000, onTimeout)).toThrow(
      expect.objectContaining({ status: 499 }),
    )
    expect(client.listenerCount('close')).toBe(0)
  })

  it('ends, and leaves nothing that listens for its client', () => {
    const client = Object.assign(new EventEmitter(), { destroyed: false })
    const deadline = new Deadline(client, 1000, onTimeout)
    const ended = vi.fn<() => void>()
    deadline.once('abort', ended)
    client.emit('close')
    expect(ended).toHaveBeenCalledOnce()
    expect(deadline.reason).toMatchObject({ status: 499 })
    deadline.clear()
    expect(client.listenerCount('close')).toBe(0)
  })

  it.each([
    ['its time is over', 1000, 'upstream_timeout'],
    ['never, if it has no limit of its own', undefined, undefined],
  ])('ends when %s', (_when, ms, code) => {
    vi.useFakeTimers()
    const client = Object.assign(new EventEmitter(), { destroyed: false })
    const deadline = new Deadline(client, ms, onTimeout)
    vi.advanceTimersByTime(999)
    expect(deadline.reason).toBeUndefined()
    vi.advanceTimersByTime(60_000)
    expect((deadline.reason as ProblemError | undefined)?.code).toBe(code)
    deadline.clear()
  })

  it('does not end any more once it is cleared', () => {
    vi.useFakeTimers()
    const client = Object.assign(new EventEmitter(), { destroyed: false })
    const deadline = new Deadline(client, 1000, onTimeout)
    deadline.clear()
    client.emit('close')
    expect(vi.getTimerCount()).toBe(0)
    expect(deadline.reason).toBeUndefined()
  })
})

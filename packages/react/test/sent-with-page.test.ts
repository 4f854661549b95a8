import { beforeEach, expect, test, vi } from 'vitest'
import { signedInSession } from './session-double.ts'

const users = '/api/users?top=25&sort=name'
const answers = {
  'session-answer': { '/api/session': { status: 200, body: { signedIn: true } } },
  'first-answers': {
    [users]: { status: 200, body: { users: [] } },
    '/api/claims': {
      status: 429,
      retryAfter: '7',
      body: { code: 'too_many_requests', title: 'T' },
    },
    '/api/nothing': { status: 502, body: null },
  },
}

let now: number
const removed: string[] = []

/** Loads the module anew in a page that the server has filled. */
async function openPage(navigation: object | undefined, texts: Record<string, string> = {}) {
  vi.resetModules()
  removed.length = 0
  now = 5_000
  const filled = Object.entries(answers).map(([id, block]) => [id, JSON.stringify(block)] as const)
  const contents = new Map<string, string>([...filled, ...Object.entries(texts)])
  vi.stubGlobal('document', {
    documentElement: { dataset: {} },
    getElementById: (id: string) => {
      const textContent = contents.get(id)
      return textContent === undefined ? null : { textContent, remove: () => removed.push(id) }
    },
  })
  vi.stubGlobal('performance', {
    now: () => now,
    getEntriesByType: () => (navigation === undefined ? [] : [navigation]),
  })
  const { sentWithPage, pageSentAt, forgetSentAnswers } =
    await import('../src/api/sent-with-page.ts')
  const { call, ApiProblem } = await import('../src/api/call.ts')
  return { sentWithPage, pageSentAt, forgetSentAnswers, call, ApiProblem }
}

const opened = { type: 'navigate', transferSize: 12_000, responseStart: 2_000 }

beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ asked: true })))
  return () => vi.unstubAllGlobals()
})

test('an answer that came with the page is used once, and is no longer in the document', async () => {
  const { sentWithPage, pageSentAt } = await openPage(opened)
  expect(sentWithPage('/api/session')).toEqual({ signedIn: true })
  expect(sentWithPage(users)).toEqual({ users: [] })
  expect(sentWithPage(users)).toBeUndefined()
  expect(sentWithPage('/api/users')).toBeUndefined()
  expect(removed).toEqual(['session-answer', 'first-answers'])
  // Three seconds ago.
  expect(Math.abs(Date.now() - 3_000 - pageSentAt())).toBeLessThan(1_000)
})

test.each([
  ['Back', { ...opened, type: 'back_forward' }],
  ['the cache of the browser', { ...opened, transferSize: 0 }],
  ['a page without a record of its navigation', undefined],
])('an answer from %s is not used: its session may be over', async (_where, navigation) => {
  const { sentWithPage } = await openPage(navigation)
  expect(sentWithPage('/api/session')).toBeUndefined()
  expect(removed).toEqual(['session-answer', 'first-answers'])
})

test('what came for another user is of no use once somebody else is signed in', async () => {
  const { sentWithPage } = await openPage(opened)
  const { setSession } = await import('../src/session/session.ts')
  const { createQueryClient } = await import('../src/api/query.ts')
  const client = createQueryClient()
  setSession(client, signedInSession())
  expect(sentWithPage(users)).toBeUndefined()
})

test('a reload has its own answers', async () => {
  const { sentWithPage } = await openPage({ ...opened, type: 'reload' })
  expect(sentWithPage('/api/session')).toEqual({ signedIn: true })
})

test('answers are forgotten after a minute, and when the user changes', async () => {
  const { sentWithPage, forgetSentAnswers } = await openPage(opened)
  now = 62_001
  expect(sentWithPage('/api/session')).toBeUndefined()
  const again = await openPage(opened)
  again.sentWithPage('/api/session')
  again.forgetSentAnswers()
  expect(again.sentWithPage(users)).toBeUndefined()
  expect(forgetSentAnswers).not.toBe(again.forgetSentAnswers)
})

test('what is no JSON counts as nothing sent, and the rest is used', async () => {
  const { sentWithPage } = await openPage(opened, { 'first-answers': '{"/api/x":{"body":}}' })
  expect(sentWithPage('/api/x')).toBeUndefined()
  expect(sentWithPage('/api/session')).toEqual({ signedIn: true })
})

test('a page that the server has not filled asks', async () => {
  const { sentWithPage } = await openPage(opened, { 'session-answer': '', 'first-answers': '' })
  expect(sentWithPage('/api/session')).toBeUndefined()
})

test('a failure that came with the page fails the first call, and the next one asks', async () => {
  const { call, sentWithPage, ApiProblem } = await openPage(opened)
  expect(sentWithPage('/api/claims')).toBeUndefined()
  const failure = await call('/api/claims').catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ApiProblem)
  expect(failure).toMatchObject({ code: 'too_many_requests', status: 429, retryAfter: 7 })
  expect(await call('/api/claims')).toEqual({ asked: true })
  await expect(call('/api/nothing')).rejects.toMatchObject({ code: 'unreadable', status: 502 })
})

test('a change never takes what came with the page', async () => {
  const { call } = await openPage(opened)
  expect(await call('/api/claims', { method: 'POST' })).toEqual({ asked: true })
})

test('what came with the page and was not used is forgotten with a change, which it knows nothing of', async () => {
  const { call, sentWithPage } = await openPage(opened)
  await call('/api/users', { method: 'DELETE' })
  expect(sentWithPage(users)).toBeUndefined()
  expect(await call('/api/claims')).toEqual({ asked: true })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { QueryClient } from '@tanstack/react-query'
import type { Session } from '@gatehouse/contract/session'
import { createQueryClient } from '../src/api/query.ts'
import { listenForReturns, SessionCheck } from '../src/session/session-check.ts'
import { sessionQuery } from '../src/session/session.ts'
import { signedInSession } from './session-double.ts'

const began = Date.parse('2026-11-23T12:00:00Z')

/** What the server would answer now; undefined if there is no way to it. */
let session: (() => Session) | undefined
let asked: number[]
let client: QueryClient
let check: SessionCheck
let stop: () => void

const iso = (ms: number) => new Date(ms).toISOString()

const signedIn = (): Session =>
  signedInSession({
    startedAt: iso(began),
    expiresAt: iso(Date.now() + 3_600_000),
    absoluteExpiresAt: iso(began + 43_200_000),
    now: iso(Date.now()),
  })

const signedOut = (): Session => ({ signedIn: false, development: false, now: iso(Date.now()) })

/** The parts of a browser that the check listens to and writes. */
function fakeBrowser(): void {
  const style = { visibility: '' }
  const page = Object.assign(new EventTarget(), {
    visibilityState: 'visible',
    documentElement: { style },
    getElementById: () => null,
    activeElement: null,
    body: null,
  })
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('HTMLElement', EventTarget)
  vi.stubGlobal('fetch', async (_path: string, { signal }: RequestInit) => {
    asked.push(Date.now() - began)
    signal?.throwIfAborted()
    if (!session) throw new TypeError('Failed to fetch')
    return Response.json(session())
  })
}

const isHidden = () => document.documentElement.style.visibility === 'hidden'
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

function become(state: 'visible' | 'hidden'): void {
  Object.assign(document, { visibilityState: state })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** The computer sleeps: no timer runs, and the clock on the wall does. */
async function sleep(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms)
  await pass(5000)
}

beforeEach(async () => {
  vi.useFakeTimers({ now: began })
  asked = []
  session = signedIn
  fakeBrowser()
  client = createQueryClient()
  check = new SessionCheck(client)
  const [end, endListening] = [check.start(), listenForReturns(check)]
  stop = () => {
    endListening()
    end()
  }
  await client.fetchQuery(sessionQuery)
  asked = []
})

afterEach(() => {
  stop()
  client.clear()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** The page shows what the server has answered, as the hook does after the commit. */
function commit(): void {
  if (check.state() === 'answered') check.reveal()
}

describe('after sleep', () => {
  test('private data is hidden until the server has confirmed the session', async () => {
    session = undefined
    await sleep(600_000)
    expect(isHidden()).toBe(true)
    session = signedIn
    await pass(30_000)
    expect(check.state()).toBe('answered')
    expect(isHidden()).toBe(true)
    commit()
    expect(isHidden()).toBe(false)
  })

  test('the server is asked until it answers, with waits of at most half a minute', async () => {
    session = undefined
    await sleep(600_000)
    const start = Date.now() - began
    await pass(3_600_000)
    expect(isHidden()).toBe(true)
    const times = [start, ...asked, start + 3_600_000]
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000)
    expect(asked.length).toBeLessThan(400)
    session = signedOut
    await pass(30_000)
    expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ reason: 'ended' })
    expect(check.state()).toBe('answered')
  })

  test('the server is asked at once when the network is back', async () => {
    session = undefined
    vi.stubGlobal('navigator', { onLine: false })
    await sleep(600_000)
    await pass(8000)
    session = signedIn
    const before = asked.length
    window.dispatchEvent(new Event('online'))
    await pass(0)
    expect(asked.length).toBe(before + 1)
    expect(check.state()).toBe('answered')
  })

  test('an answer from before the sleep confirms nothing', async () => {
    let late: (answer: Response) => void = () => undefined
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (late = resolve)))
    window.dispatchEvent(new Event('online'))
    await pass(0)
    const answerBefore = late
    await sleep(600_000)
    answerBefore(Response.json(signedIn()))
    await pass(0)
    expect(check.state()).not.toBe('answered')
    late(Response.json(signedOut()))
    await pass(0)
    expect(check.state()).toBe('answered')
  })

  test('a question that a newer one has replaced is not repeated, and the newer one goes on', async () => {
    let questions = 0
    vi.stubGlobal('fetch', () => {
      questions += 1
      return new Promise<Response>(() => undefined)
    })
    window.dispatchEvent(new Event('online'))
    await pass(0)
    window.dispatchEvent(new Event('online'))
    await pass(5000)
    expect([questions, check.isAsking()]).toEqual([2, true])
  })

  test('the user is told after a second without an answer', async () => {
    session = undefined
    await sleep(600_000)
    expect(check.state()).toBe('hidden')
    await pass(1000)
    expect(check.state()).toBe('late')
  })
})

describe('a tab that is visible again', () => {
  test('is hidden at once after more than a minute', async () => {
    become('hidden')
    await pass(61_000)
    session = undefined
    become('visible')
    expect(isHidden()).toBe(true)
  })

  test('is hidden if the server has not answered within a minute of its last answer', async () => {
    become('hidden')
    await pass(30_000)
    session = undefined
    become('visible')
    await pass(0)
    expect(asked.length).toBe(1)
    await pass(29_000)
    expect(isHidden()).toBe(false)
    await pass(1000)
    expect(isHidden()).toBe(true)
  })

  test('stays visible if the server answers', async () => {
    become('hidden')
    await pass(30_000)
    become('visible')
    await pass(120_000)
    expect([isHidden(), check.state(), asked.length]).toEqual([false, 'confirmed', 1])
  })

  test('is no sleeper, although its timers were slow while it was hidden', async () => {
    become('hidden')
    await sleep(20_000)
    expect(asked).toEqual([])
    become('visible')
    expect(isHidden()).toBe(false)
  })
})

test('the focus never hides a page at once: the click would miss', async () => {
  await pass(600_000)
  session = undefined
  window.dispatchEvent(new Event('focus'))
  await pass(900)
  expect(isHidden()).toBe(false)
  await pass(100)
  expect(isHidden()).toBe(true)
})

test('a page of the back/forward cache is hidden when it is left, and asks when it is back', async () => {
  window.dispatchEvent(new Event('pagehide'))
  expect(isHidden()).toBe(true)
  session = undefined
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await pass(60_000)
  expect(isHidden()).toBe(true)
  session = signedOut
  await pass(30_000)
  commit()
  expect(isHidden()).toBe(false)
  expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ signedIn: false })
})

test('a page that was just loaded is not of that cache: it asks nothing more', async () => {
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  await pass(10_000)
  expect([isHidden(), asked]).toEqual([false, []])
})

test('a signed-out page has nothing to hide', async () => {
  session = signedOut
  await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
  session = undefined
  await sleep(600_000)
  expect(isHidden()).toBe(false)
  window.dispatchEvent(new Event('pagehide'))
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(isHidden()).toBe(false)
})

test('a refusal of the server counts as no answer, and its Retry-After is kept', async () => {
  const headers = { 'content-type': 'application/problem+json', 'retry-after': '45' }
  vi.stubGlobal('fetch', async () => {
    asked.push(Date.now())
    return new Response('{"code":"too_many_requests"}', { status: 429, headers })
  })
  await sleep(600_000)
  await pass(44_000)
  expect(asked.length).toBe(1)
  expect(isHidden()).toBe(true)
  await pass(2000)
  expect(asked.length).toBe(2)
})

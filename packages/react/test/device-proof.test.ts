/** Sessions that are bound to a device: what a page does when a request does not prove that it comes from there. */
import { MutationObserver, QueryObserver } from '@tanstack/react-query'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Session } from '@gatehouse/contract/session'
import { signOutMutation } from '../src/actions.ts'
import { call } from '../src/api/call.ts'
import { send } from '../src/api/change.ts'
import { createQueryClient } from '../src/api/query.ts'
import { apiQuery } from '../src/api/use-api.ts'
import { sessionQuery, setSession } from '../src/session/session.ts'
import { signedInSession } from './session-double.ts'
import './endpoints.ts'

const pauseMs = 300
const unproven: Session = {
  signedIn: false,
  deviceProof: 'missing',
  development: false,
  now: '2026-11-23T12:00:00Z',
}
const signedOut: Session = { signedIn: false, development: false, now: unproven.now }

const problem =
  (code: string, status = 401) =>
  () =>
    new Response(JSON.stringify({ code, status, requestId: 'r' }), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    })
const noProof = problem('device_proof_required')
const json = (body: unknown) => () => Response.json(body)

let sent: { path: string; init: RequestInit }[]

/** Answers the requests in turn; the last answer is given to all that follow. */
function answer(...inTurn: (() => Response)[]): void {
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    init.signal?.throwIfAborted()
    const next = inTurn[Math.min(sent.length, inTurn.length - 1)]
    sent.push({ path, init })
    return next?.()
  })
}

/** The outcome of a piece of work, once all pauses are over. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  const settled = work.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(10 * pauseMs)
  return settled
}

beforeEach(() => {
  sent = []
  vi.useFakeTimers()
  return () => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  }
})

describe('a call that lacks the proof of the device', () => {
  test('is sent once more, after a moment', async () => {
    answer(noProof, json({ title: 'x' }))
    const done = call('/api/reports')
    await vi.advanceTimersByTimeAsync(pauseMs - 1)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toHaveLength(2)
    expect(await done).toEqual({ title: 'x' })
  })

  test('is sent once more only, and then fails like any other', async () => {
    answer(noProof)
    const failure = await outcome(call('/api/reports'))
    expect(failure).toMatchObject({ code: 'device_proof_required', status: 401, requestId: 'r' })
    expect(sent).toHaveLength(2)
  })

  test('is a change as well: it is sent as it was, with the key of its submission', async () => {
    answer(noProof, json({ title: 'y' }))
    const change = { params: { id: '7' }, body: { title: 'y' }, ifMatch: '1' }
    expect(await outcome(send('PATCH /api/reports/:id', change))).toEqual({ title: 'y' })
    const [first, second] = sent
    expect(sent).toHaveLength(2)
    expect(second?.path).toBe(first?.path)
    expect({ ...second?.init, signal: null }).toEqual({ ...first?.init, signal: null })
    expect(first?.init.headers).toHaveProperty('idempotency-key')
    expect(first?.init.body).toBe('{"title":"y"}')
  })

  test('is not sent again if its caller aborts it during the pause', async () => {
    answer(noProof, json({}))
    const abort = new AbortController()
    const failure = call('/api/reports', { signal: abort.signal }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(pauseMs / 2)
    abort.abort()
    expect(await failure).toBe(abort.signal.reason)
    await vi.advanceTimersByTimeAsync(10 * pauseMs)
    expect(sent).toHaveLength(1)
  })

  test.each([
    problem('sign_in_required'),
    problem('interaction_required'),
    problem('unavailable', 503),
    () => new Response('<h1>', { status: 401 }),
    // Of another endpoint, it is a text like any other.
    json({ signedIn: false, deviceProof: 'missing' }),
  ])('is no other one: %#', async (other) => {
    answer(other)
    await outcome(call('/api/reports'))
    expect(sent).toHaveLength(1)
  })

  test('signs nobody out, and leaves what the page has', async () => {
    const client = createQueryClient()
    setSession(client, signedInSession())
    client.setQueryData(['api', '/api/claims'], 'kept')
    answer(noProof)
    expect(await outcome(client.fetchQuery(apiQuery('/api/reports')))).toMatchObject({
      code: 'device_proof_required',
    })
    const command = new MutationObserver(client, {
      mutationFn: () => call('/api/refresh', { method: 'POST' }),
    })
    expect(await outcome(command.mutate())).toMatchObject({ code: 'device_proof_required' })
    expect(sent).toHaveLength(4)
    expect(client.getQueryData(sessionQuery.queryKey)).toEqual(signedInSession())
    expect(client.getQueryData(['api', '/api/claims'])).toBe('kept')
  })
})

describe('a session that this request may not see', () => {
  const askedFor = (client = createQueryClient()) =>
    outcome(client.fetchQuery({ ...sessionQuery, staleTime: 0 }))

  test('is asked for once more before anybody is told', async () => {
    answer(json(unproven), json(signedInSession()))
    const client = createQueryClient()
    setSession(client, signedInSession())
    const told: unknown[] = []
    const stop = client.getQueryCache().subscribe(({ query }) => told.push(query.state.data))
    await askedFor(client)
    stop()
    expect(told.length).toBeGreaterThan(0)
    expect(new Set(told.map((data) => JSON.stringify(data))).size).toBe(1)
    expect(sent).toHaveLength(2)
  })

  test('leaves a page that shows it as it is for some minutes: a browser makes no more proofs for a while', async () => {
    answer(json(unproven))
    const client = createQueryClient()
    setSession(client, signedInSession())
    for (const ms of [0, 9 * 60_000]) {
      await vi.advanceTimersByTimeAsync(ms)
      expect(await askedFor(client)).toMatchObject({ code: 'device_proof_required' })
      expect(client.getQueryData(sessionQuery.queryKey)).toEqual(signedInSession())
    }
  })

  test('is then told as it is: nobody has signed out, and nothing has ended', async () => {
    answer(json(unproven))
    const client = createQueryClient()
    setSession(client, signedInSession())
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect(await askedFor(client)).toEqual({ ...unproven, reason: undefined })
    expect(sent).toHaveLength(2)
    answer(json(signedInSession()))
    expect(await askedFor(client)).toEqual(signedInSession())
  })

  test('is not asked for again in a browser that has not bound it', async () => {
    answer(json({ ...unproven, deviceProof: 'unsupported' }))
    expect(await askedFor()).toMatchObject({ deviceProof: 'unsupported' })
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['such a session is there, so it has failed', unproven, 0],
    ['there is none', signedOut, 1],
  ])('after a sign-out that a proxy may have answered: %s', async (_what, session, left) => {
    const assign = vi.fn<(url: string) => void>()
    vi.stubGlobal('window', { location: { assign } })
    answer(problem('unavailable', 503), json(session))
    const client = createQueryClient()
    await outcome(new MutationObserver(client, signOutMutation(client)).mutate())
    expect(assign).toHaveBeenCalledTimes(left)
  })
})

describe('the offer to bind a session to its device', () => {
  const offered = signedInSession({ deviceOffer: true })
  const bound = signedInSession({ deviceBound: true })
  let idle: (() => void)[]

  /** A page that came with a session. @returns its client, and what stops the offer */
  async function openPage(session: Session | undefined) {
    vi.resetModules()
    idle = []
    const textContent = JSON.stringify(
      session ? { '/api/session': { status: 200, body: session } } : {},
    )
    vi.stubGlobal('document', {
      documentElement: { dataset: {} },
      getElementById: () => ({ textContent, remove: () => undefined }),
    })
    vi.stubGlobal('performance', {
      now: () => 1000,
      getEntriesByType: () => [{ type: 'navigate', transferSize: 9000, responseStart: 900 }],
    })
    vi.stubGlobal('window', {
      requestIdleCallback: (work: () => void) => idle.push(work),
      cancelIdleCallback: (handle: number) => idle.splice(handle - 1, 1, () => undefined),
    })
    const own = {
      ...(await import('../src/api/query.ts')),
      ...(await import('../src/session/session.ts')),
      ...(await import('../src/session/session-watch.ts')),
    }
    const client = own.createQueryClient()
    const shown = new QueryObserver(client, own.sessionQuery)
    shown.subscribe(() => undefined)
    const accept = () => own.acceptDeviceOffer(client)
    return { client, shown, accept, refetch: () => own.refetchSession(client) }
  }

  const becomeIdle = async (afterMs = 3000) => {
    await vi.advanceTimersByTimeAsync(afterMs)
    for (const work of idle.splice(0)) work()
    await vi.advanceTimersByTimeAsync(0)
  }

  test('is taken once the page is idle, by one request whose answer replaces the session', async () => {
    const { shown, accept } = await openPage(offered)
    answer(json(bound))
    accept()
    await vi.advanceTimersByTimeAsync(2999)
    expect([sent, idle]).toEqual([[], []])
    expect(shown.getCurrentResult().data).toEqual(offered)
    await becomeIdle()
    expect(sent.map(({ path }) => path)).toEqual(['/api/session'])
    expect(shown.getCurrentResult().data).toEqual(bound)
  })

  test.each([
    ['the answer repeats the offer', json(offered)],
    ['the request fails', problem('internal', 500)],
  ])('is taken once per page, also if %s', async (_what, first) => {
    const { accept } = await openPage(offered)
    answer(first)
    accept()
    await becomeIdle()
    accept()
    await becomeIdle()
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['without it', signedInSession()],
    ['that is bound already', bound],
    ['of nobody', signedOut],
  ])('needs one: a session %s is not asked for', async (_what, session) => {
    const { accept } = await openPage(session)
    answer(json(session))
    accept()
    await becomeIdle()
    expect(sent).toEqual([])
  })

  test('is not needed by a page that has asked for the session, or is asking', async () => {
    answer(json(offered))
    const asked = await openPage(undefined)
    await vi.advanceTimersByTimeAsync(0)
    expect(asked.shown.getCurrentResult().data).toEqual(offered)
    asked.accept()
    await becomeIdle()
    expect(sent).toHaveLength(1)

    const asking = await openPage(offered)
    sent = []
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      sent.push({ path, init })
      return new Promise(() => undefined)
    })
    void asking.refetch()
    await vi.advanceTimersByTimeAsync(0)
    asking.accept()
    await becomeIdle()
    expect(sent).toHaveLength(1)
  })

  test('is not taken by a page that is gone, nor by a browser that has no idle time', async () => {
    const gone = await openPage(offered)
    answer(json(bound))
    gone.accept()()
    await becomeIdle()
    const { accept } = await openPage(offered)
    vi.stubGlobal('window', {})
    accept()()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(sent).toEqual([])
  })

  test('never brings a session that was kept back with the page', async () => {
    const { shown } = await openPage(unproven)
    expect(shown.getCurrentResult().data).toBeUndefined()
  })
})

import { MutationObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { call } from '../src/api/call.ts'
import { apiQuery } from '../src/api/use-api.ts'
import { createQueryClient } from '../src/api/query.ts'
import {
  sessionQuery,
  setSession,
  setSignedOut,
  type SignOutReason,
} from '../src/session/session.ts'
import { signedInSession } from './session-double.ts'

const now = '2026-11-23T12:00:00Z'

const signedIn = (objectId: string) =>
  signedInSession({ user: { name: 'Ada', username: 'ada@x.example', objectId, roles: [] } })

function unauthorized(): Response {
  const body = JSON.stringify({ code: 'sign_in_required', status: 401 })
  return new Response(body, {
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
  })
}

afterEach(() => vi.unstubAllGlobals())

describe('a 401 of any call', () => {
  test('signs the whole page out, and sends no further request', async () => {
    const fetch = vi.fn<() => Promise<Response>>(() => Promise.resolve(unauthorized()))
    vi.stubGlobal('fetch', fetch)
    const client = createQueryClient()
    setSession(client, signedIn('a'))

    await expect(client.fetchQuery(apiQuery('/api/claims'))).rejects.toMatchObject({
      code: 'sign_in_required',
    })

    expect(client.getQueryData(sessionQuery.queryKey)).toEqual({
      signedIn: false,
      development: false,
      now,
      reason: 'ended',
    })
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  test('changes nothing if it belongs to an earlier session', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    const answers: ((answer: Response) => void)[] = []
    vi.stubGlobal('fetch', () => new Promise<Response>((answer) => answers.push(answer)))
    const mutation = new MutationObserver(client, { mutationFn: () => call('/api/x') })
    const query = client.fetchQuery(apiQuery('/api/claims')).catch(() => 'dropped')
    const command = mutation.mutate().catch(() => 'refused')
    await vi.waitFor(() => expect(answers).toHaveLength(2))

    setSession(client, { ...signedIn('a'), startedAt: '2026-11-23T12:30:00Z' })
    for (const answer of answers) answer(unauthorized())

    expect(await Promise.all([query, command])).toEqual(['dropped', 'refused'])
    expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ signedIn: true })
  })
})

describe('the data of a user', () => {
  test('is removed when another user is signed in', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    client.setQueryData(['api', '/api/claims'], { claims: { name: 'Ada' } })

    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(signedIn('b'))))
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 })

    expect(client.getQueryData(['api', '/api/claims'])).toBeUndefined()
  })

  test('stays when the same user’s session is extended', () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    client.setQueryData(['api', '/api/claims'], 'kept')
    setSession(client, signedIn('a'))
    expect(client.getQueryData(['api', '/api/claims'])).toBe('kept')
  })
})

describe('the reason of a sign-out', () => {
  const answerSignedOut = () =>
    vi.stubGlobal('fetch', () =>
      Promise.resolve(Response.json({ signedIn: false, development: false, now })),
    )
  const ask = { ...sessionQuery, staleTime: 0 }

  test('is unknown to a page that was loaded signed out', async () => {
    const client = createQueryClient()
    answerSignedOut()
    expect(await client.fetchQuery(ask)).toEqual({
      signedIn: false,
      development: false,
      now,
      reason: undefined,
    })
    setSignedOut(client, 'ended')
    expect(await client.fetchQuery(ask)).toMatchObject({ reason: undefined })
  })

  test('is known to a page that has shown the session', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    answerSignedOut()
    expect(await client.fetchQuery(ask)).toMatchObject({ reason: 'ended' })
    expect(await client.fetchQuery(ask)).toMatchObject({ reason: 'ended' })
  })

  test.each<[SignOutReason, SignOutReason]>([
    ['signed-out', 'signed-out'],
    ['signing-out', 'signed-out'],
  ])('“%s” becomes “%s” when the server is asked later', async (before, after) => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    setSignedOut(client, before)
    answerSignedOut()
    expect(await client.fetchQuery(ask)).toMatchObject({ reason: after })
  })

  test('is not replaced by an answer that was under way', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    let answer: (response: Response) => void = () => undefined
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)))
    const asked = client.fetchQuery(ask)
    await vi.waitFor(() => expect(client.isFetching()).toBe(1))
    setSignedOut(client, 'signed-out')
    answer(Response.json(signedIn('a')))
    await asked
    expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ reason: 'signed-out' })
  })
})

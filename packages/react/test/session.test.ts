import type { SignedIn } from '@gatehouse/contract/session'
import { MutationObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  apiQuery,
  call,
  createQueryClient,
  type Gone,
  sessionQuery,
  setSession,
  setSignedOut,
} from '@gatehouse/react'

const now = '2026-11-23T12:00:00Z'

function signedIn(objectId: string): SignedIn {
  return {
    signedIn: true,
    user: { name: 'Ada', username: 'ada@x.example', objectId, roles: [] },
    tenantId: 't',
    localTenant: false,
    startedAt: now,
    expiresAt: now,
    absoluteExpiresAt: now,
    now,
  }
}

function refusal(): Response {
  const body = JSON.stringify({ code: 'sign_in_required', status: 401 })
  return new Response(body, {
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
  })
}

afterEach(() => vi.unstubAllGlobals())

describe('a 401 from anywhere', () => {
  test('makes everybody signed out with one request, and asks for nothing more', async () => {
    const fetch = vi.fn<() => Promise<Response>>(() => Promise.resolve(refusal()))
    vi.stubGlobal('fetch', fetch)
    const client = createQueryClient()
    setSession(client, signedIn('a'))

    await expect(client.fetchQuery(apiQuery('/api/claims'))).rejects.toMatchObject({
      code: 'sign_in_required',
    })

    expect(client.getQueryData(sessionQuery.queryKey)).toEqual({
      signedIn: false,
      now,
      gone: 'ended',
    })
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  test('that was meant for an earlier session changes nothing', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    const answers: ((answer: Response) => void)[] = []
    vi.stubGlobal('fetch', () => new Promise<Response>((answer) => answers.push(answer)))
    const mutation = new MutationObserver(client, { mutationFn: () => call('/api/x') })
    const question = client.fetchQuery(apiQuery('/api/claims')).catch(() => 'dropped')
    const order = mutation.mutate().catch(() => 'refused')
    await vi.waitFor(() => expect(answers).toHaveLength(2))

    setSession(client, { ...signedIn('a'), startedAt: '2026-11-23T12:30:00Z' })
    for (const answer of answers) answer(refusal())

    expect(await Promise.all([question, order])).toEqual(['dropped', 'refused'])
    expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ signedIn: true })
  })
})

describe('data of one person', () => {
  test('is gone when another one is signed in', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    client.setQueryData(['api', '/api/claims'], { claims: { name: 'Ada' } })

    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(signedIn('b'))))
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 })

    expect(client.getQueryData(['api', '/api/claims'])).toBeUndefined()
  })

  test('stays when the same person’s session was extended', () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    client.setQueryData(['api', '/api/claims'], 'kept')
    setSession(client, signedIn('a'))
    expect(client.getQueryData(['api', '/api/claims'])).toBe('kept')
  })
})

describe('how a session went', () => {
  const answerNobody = () =>
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ signedIn: false, now })))
  const ask = { ...sessionQuery, staleTime: 0 }

  test('is not asked of a page that was loaded signed out', async () => {
    const client = createQueryClient()
    answerNobody()
    expect(await client.fetchQuery(ask)).toEqual({ signedIn: false, now, gone: undefined })
    setSignedOut(client, 'ended')
    expect(await client.fetchQuery(ask)).toMatchObject({ gone: undefined })
  })

  test('is remembered by a page that has shown it', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    answerNobody()
    expect(await client.fetchQuery(ask)).toMatchObject({ gone: 'ended' })
    expect(await client.fetchQuery(ask)).toMatchObject({ gone: 'ended' })
  })

  test.each<[Gone, Gone]>([
    ['signed-out', 'signed-out'],
    ['leaving', 'signed-out'],
  ])('%s is %s when the server is asked later', async (before, after) => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    setSignedOut(client, before)
    answerNobody()
    expect(await client.fetchQuery(ask)).toMatchObject({ gone: after })
  })

  test('is not undone by an answer that was under way', async () => {
    const client = createQueryClient()
    setSession(client, signedIn('a'))
    let answer: (response: Response) => void = () => undefined
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)))
    const asked = client.fetchQuery(ask)
    await vi.waitFor(() => expect(client.isFetching()).toBe(1))
    setSignedOut(client, 'signed-out')
    answer(Response.json(signedIn('a')))
    await asked
    expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ gone: 'signed-out' })
  })
})

import type { Session } from '@gatehouse/shared/session'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { apiQuery } from '../src/api/use-api.ts'
import { createQueryClient } from '../src/session/query-client.ts'
import { sessionQuery, setSession } from '../src/session/session.ts'

const now = '2026-11-23T12:00:00Z'

function signedIn(objectId: string): Session {
  return {
    signedIn: true,
    user: { name: 'Ada', username: 'ada@x.example', objectId },
    organisation: { tenantId: 't', name: null },
    startedAt: now,
    expiresAt: now,
    absoluteExpiresAt: now,
    now,
  }
}

afterEach(() => vi.unstubAllGlobals())

describe('a 401 from anywhere', () => {
  test('makes everybody signed out with one request, and asks for nothing more', async () => {
    const fetch = vi.fn<() => Promise<Response>>(() => {
      const body = JSON.stringify({ code: 'sign_in_required', status: 401 })
      const headers = { 'content-type': 'application/problem+json' }
      return Promise.resolve(new Response(body, { status: 401, headers }))
    })
    vi.stubGlobal('fetch', fetch)
    const client = createQueryClient()
    setSession(client, signedIn('a'))

    await expect(client.fetchQuery(apiQuery('/api/claims'))).rejects.toMatchObject({
      code: 'sign_in_required',
    })

    expect(client.getQueryData(sessionQuery.queryKey)).toEqual({ signedIn: false, now })
    expect(fetch).toHaveBeenCalledTimes(1)
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

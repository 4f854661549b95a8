/** The package as an app sees it: every import is one that `exports` in package.json offers. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { QueryClientProvider } from '@tanstack/react-query'
import { createElement, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import * as publicApi from '@gatehouse/react'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import {
  ApiProblem,
  apiQuery,
  call,
  createQueryClient,
  retryAt,
  sessionQuery,
  SignedInContext,
  useApi,
  useApiMutation,
  useSession,
  useUser,
} from '@gatehouse/react'
import './endpoints.ts'
import { signedInSession } from './session-double.ts'

const now = '2026-11-26T10:00:00.000Z'
const signedIn = signedInSession({
  user: { name: 'Ada Lovelace', username: 'ada@app.example', objectId: 'o', roles: [] },
})

afterEach(() => vi.unstubAllGlobals())

/** A fake back end. An unknown path is a 404 problem. */
function backEnd(answers: Record<string, unknown>): void {
  vi.stubGlobal('fetch', async (path: string) => {
    if (path in answers) return Response.json(answers[path])
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '2' }
    return new Response('{"code":"not_found","requestId":"r-1"}', { status: 404, headers })
  })
}

/** Fetches what the page needs, and renders it. */
async function render(page: ReactNode): Promise<string> {
  const client = createQueryClient()
  await client.fetchQuery(sessionQuery)
  await client.fetchQuery(apiQuery('/api/reports')).catch(() => undefined)
  return renderToString(createElement(QueryClientProvider, { client }, page))
}

function Greeting() {
  const { data: session } = useSession()
  return session?.signedIn ? `Hello, ${session.user.name}.` : 'Signed out.'
}

function Report() {
  const { data, error } = useApi('/api/reports')
  return error ? `Failed: ${error.code}.` : data?.title
}

describe('a component', () => {
  it('shows the session', async () => {
    backEnd({ '/api/session': signedIn })
    expect(await render(createElement(Greeting))).toBe('Hello, Ada Lovelace.')
    backEnd({ '/api/session': { signedIn: false, development: false, now } })
    expect(await render(createElement(Greeting))).toBe('Signed out.')
  })

  it('shows what the API answers', async () => {
    backEnd({ '/api/session': signedIn, '/api/reports': { title: 'Third quarter' } })
    expect(await render(createElement(Report))).toBe('Third quarter')
  })

  it('shows the code of a failure', async () => {
    backEnd({ '/api/session': signedIn })
    expect(await render(createElement(Report))).toBe('Failed: not_found.')
  })

  it('has the user on a protected page, and an error elsewhere', async () => {
    const Name = () => useUser().name
    backEnd({ '/api/session': signedIn })
    const page = createElement(SignedInContext, { value: signedIn }, createElement(Name))
    expect(await render(page)).toBe('Ada Lovelace')
    await expect(render(createElement(Name))).rejects.toThrow('useUser is for pages')
  })
})

describe('a call', () => {
  it('is typed by the endpoints that the app registers, and by the product’s', () => {
    expectTypeOf<ReturnType<typeof useApi<'/api/reports'>>['data']>().toEqualTypeOf<
      { title: string } | undefined
    >()
    expectTypeOf<ReturnType<typeof useApi<'/api/sessions'>>['data']>().toEqualTypeOf<
      OwnSessions | undefined
    >()
    const typed = () => {
      useApi('/api/reports/:id', { params: { id: 'r' } })
      useApi('/api/years/:year/reports', { params: { year: 2026 }, query: { search: 'x' } })
      useApi('/api/years/:year/reports', { params: { year: 2026 } })
      useApi('/api/search', { query: { text: 'x' } })
      // @ts-expect-error an endpoint that nobody described
      useApi('/api/report')
      // @ts-expect-error an endpoint that only changes something
      useApi('/api/refresh')
      // @ts-expect-error the parameter is missing
      useApi('/api/reports/:id')
      // @ts-expect-error another parameter
      useApi('/api/reports/:id', { params: { name: 'r' } })
      // @ts-expect-error the year is a number
      useApi('/api/years/:year/reports', { params: { year: '2026' } })
      // @ts-expect-error the query is not optional
      useApi('/api/search', {})
      // @ts-expect-error no such member of the query
      useApi('/api/search', { query: { text: 'x', page: 2 } })
      // @ts-expect-error an endpoint that takes nothing
      useApi('/api/reports', { query: { page: 2 } })
    }
    expect(typed).toBeTypeOf('function')
  })

  it('that changes something is typed by its name', () => {
    const typed = () => {
      const create = useApiMutation('POST /api/reports', { invalidates: ['/api/reports'] })
      create.mutate({ body: { title: 'x' } })
      expectTypeOf(create.data).toEqualTypeOf<{ title: string } | undefined>()
      useApiMutation('PATCH /api/reports/:id').mutate({
        params: { id: 'r' },
        body: {},
        ifMatch: '1',
      })
      useApiMutation('POST /api/refresh').mutate()
      expectTypeOf(useApiMutation('DELETE /api/reports/:id').data).toEqualTypeOf<undefined>()
      // @ts-expect-error a GET changes nothing
      useApiMutation('GET /api/reports')
      // @ts-expect-error no such endpoint
      useApiMutation('PUT /api/reports')
      // @ts-expect-error no such read
      useApiMutation('POST /api/refresh', { invalidates: ['/api/refresh'] })
      // @ts-expect-error the body is missing
      create.mutate({})
      // @ts-expect-error another body
      create.mutate({ body: { name: 'x' } })
      // @ts-expect-error the parameter is missing
      useApiMutation('DELETE /api/reports/:id').mutate()
    }
    expect(typed).toBeTypeOf('function')
  })

  it('throws a problem that says what happened, and when to try again', async () => {
    backEnd({})
    const problem = await call('/api/reports').catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({ code: 'not_found', status: 404, requestId: 'r-1' })
    const { at } = problem as ApiProblem
    expect(retryAt(problem as ApiProblem)).toBe(at + 2000)
  })
})

describe('the package', () => {
  it('exports these names, and its README lists them', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const names = Object.keys(publicApi).toSorted()
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
    expect(names).toEqual([
      'ApiProblem',
      'SignedInContext',
      'announce',
      'apiQuery',
      'appAddress',
      'basePath',
      'call',
      'canBeExtended',
      'createQueryClient',
      'currentPath',
      'fieldErrors',
      'identity',
      'liveRegionId',
      'pageSentAt',
      'retryAt',
      'sentWithPage',
      'sessionQuery',
      'storageName',
      'timeLeft',
      'useApi',
      'useApiMutation',
      'useContinueUrl',
      'useDraft',
      'useExtendSession',
      'useReturnTo',
      'useServerNow',
      'useSession',
      'useSessionEnding',
      'useSessionWatch',
      'useSignInUrl',
      'useSignOut',
      'useUser',
    ])
  })

  it.each(['/session', '/src/session.ts', '/src/index.ts', '/package.json'])(
    'does not export "@gatehouse/react%s"',
    (path) => {
      const { resolve } = createRequire(import.meta.url)
      const importing = () => resolve(`@gatehouse/react${path}`)
      expect(importing).toThrow(
        expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }) as Error,
      )
    },
  )
})

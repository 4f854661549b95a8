/** An app that is served under a path of a host which it shares with other apps. */
import { MutationObserver } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The package as a page gets it whose root element names a path. */
async function pageUnder(basePath: string | undefined) {
  vi.resetModules()
  vi.stubGlobal('document', {
    documentElement: { dataset: { basePath } },
    getElementById: () => null,
  })
  return {
    ...(await import('../src/index.ts')),
    ...(await import('../src/actions.ts')),
    ...(await import('../src/storage.ts')),
  }
}

const at = (pathname: string, search = '', hash = '') => ({ pathname, search, hash })

test('calls the API under the path', async () => {
  const { call } = await pageUnder('/people')
  const fetch = vi.fn<(path: string) => Promise<Response>>(async () => Response.json({}))
  vi.stubGlobal('fetch', fetch)
  await call('/api/me')
  expect(fetch.mock.calls[0]?.[0]).toBe('/people/api/me')
})

test('returns to a path of the app, which does not have the one of the address bar', async () => {
  const { returnTo, appAddress } = await pageUnder('/people')
  expect(returnTo(at('/people/users', '?q=ada', '#top'))).toBe('/users?q=ada#top')
  expect(returnTo(at('/people/'))).toBe('/')
  expect(returnTo(at('/people'))).toBe('/')
  expect(returnTo(at('/peoplex/users'))).toBe('/')
  expect(returnTo(at('/people/signed-out', '?local=1'))).toBe('/')
  const problem = at('/people/sign-in-problem', '?returnTo=%2Fusers%3Fq%3Dada')
  expect(returnTo(problem)).toBe('/users?q=ada')
  expect(appAddress('/users')).toBe('/people/users')
})

test.each([
  ['/people/auth/sign-in?challenge=a', true],
  ['/auth/sign-in?challenge=a', false],
  ['/peoplex/auth/sign-in', false],
  ['/people/../other/sign-in', false],
  ['/people/%2e%2e/other/sign-in', false],
  ['//people/x', false],
])('an interaction that begins at %s is followed: %s', async (signInUrl, isFollowed) => {
  const { ApiProblem } = await pageUnder('/people')
  const problem = new ApiProblem('interaction_required', 401, { problem: { signInUrl } })
  expect(problem.signInUrl).toBe(isFollowed ? signInUrl : undefined)
})

test.each([
  ['/people/signed-out?local=1', '/people/signed-out?local=1'],
  ['/other/signed-out', '/people/signed-out?local=1'],
  ['https://login.example/logout', 'https://login.example/logout'],
])('a sign-out that is sent to %s ends at %s', async (location, end) => {
  const { createQueryClient, signOutMutation } = await pageUnder('/people')
  const assign = vi.fn<(url: string) => void>()
  vi.stubGlobal('window', { location: { assign } })
  vi.stubGlobal('fetch', async () => Response.json({ location }))
  const client = createQueryClient()
  await new MutationObserver(client, signOutMutation(client)).mutate()
  expect(assign.mock.calls).toEqual([[end]])
})

test('names in the browser’s storage begin with the path, and are plain without one', async () => {
  expect((await pageUnder('/people')).storageName('theme')).toBe('/people:theme')
  expect((await pageUnder(undefined)).storageName('theme')).toBe('theme')
})

test.each([
  ['/a', ['/b:theme', '/a/b:draft', 'theme', '/a:theme']],
  ['/b', ['/a:theme', '/a:draft', '/a/b:draft', 'theme']],
  [undefined, ['/a:theme', '/a:draft', '/b:theme', '/a/b:draft']],
])(
  'a sign-out at %s removes what this app has stored, and nothing of the others',
  async (base, left) => {
    const { clearStorage, storageName } = await pageUnder(base)
    const names = ['/a:theme', '/a:draft', '/b:theme', '/a/b:draft', 'theme']
    const stores = { localStorage: storage(names), sessionStorage: storage(names) }
    for (const [name, store] of Object.entries(stores)) vi.stubGlobal(name, store)
    const databases = names.map((name) => ({ name }))
    const deleteDatabase = vi.fn<(name: string) => void>()
    vi.stubGlobal('indexedDB', { databases: async () => databases, deleteDatabase })
    const deleteCache = vi.fn<(name: string) => Promise<boolean>>(async () => true)
    vi.stubGlobal('caches', { keys: async () => names, delete: deleteCache })
    clearStorage(base === '/a' ? [storageName('theme')] : [])
    expect(Object.keys(stores.localStorage).toSorted()).toEqual(left.toSorted())
    const removed = names.filter(
      (name) => !left.includes(name) || (base === '/a' && name === '/a:theme'),
    )
    await vi.waitFor(() => {
      expect(deleteDatabase.mock.calls.flat()).toEqual(removed)
      expect(deleteCache.mock.calls.flat()).toEqual(removed)
    })
    expect(Object.keys(stores.sessionStorage)).toEqual(
      names.filter((name) => !removed.includes(name)),
    )
  },
)

/** Its names are its keys, as in a browser. */
function storage(names: readonly string[]) {
  const store = Object.fromEntries(names.map((name) => [name, 'x']))
  const removeItem = (name: string) => void delete store[name]
  return Object.defineProperty(store, 'removeItem', { value: removeItem })
}

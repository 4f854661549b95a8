import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { scenarios } from '../src/control/scenarios/scenarios.ts'
import { idTokenVariants } from '../src/faults/id-token.ts'
import { createTenant, type ScenarioState, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { refresh, signIn } from './application.ts'
import { callGraph, capable, challengeOf } from './graph-call.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 30 })))
afterEach(() => tenant.scenarios.clear())
afterAll(() => tenant.close())

function call(path: string, method = 'GET', body?: unknown) {
  return fetch(`${tenant.origin}/_tenant/scenarios${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
}

async function stateOf(id: string): Promise<ScenarioState | undefined> {
  const { scenarios: all } = (await (await call('')).json()) as { scenarios: ScenarioState[] }
  return all.find((scenario) => scenario.id === id)
}

const idOf = (place: number) => people(tenant).at(place).id

describe('the list of scenarios', () => {
  it('has unique ids of one word each, and every bad ID token', () => {
    const ids = scenarios.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every((id) => /^[\w-]+$/.test(id))).toBe(true)
    for (const variant of idTokenVariants) expect(ids).toContain(`id-token-${variant}`)
  })

  it('is the table of docs/local-tenant.md, row by row', () => {
    const document = new URL('../../../docs/local-tenant.md', import.meta.url)
    const rows = readFileSync(document, 'utf8').matchAll(
      /^\| ([^|]+?) +\| `POST \/_tenant\/scenarios\/([\w-]+)`/gm,
    )
    const documented = [...rows].map(([, title, id]) => `${id ?? ''}: ${title ?? ''}`)
    expect(documented).toEqual(scenarios.map(({ id, title }) => `${id}: ${title}`))
  })

  const quick = scenarios.map(({ id }) => id).filter((id) => id !== 'directory-100000')
  it.each(quick)('%s can be set and cleared', async (id) => {
    expect((await call(`/${id}`, 'POST')).status).toBe(204)
    const state = await stateOf(id)
    expect(state?.active).toBe(state?.duration !== 'once')
    expect(state?.left).toBeNull()
    expect((await call(`/${id}`, 'DELETE')).status).toBe(204)
    expect((await stateOf(id))?.active).toBe(false)
    expect(tenant.faults.list()).toEqual([])
  })
})

describe('a scenario', () => {
  it('can be for the next requests only, and counts them down', async () => {
    const { access_token: token } = await signIn(tenant)
    await call('/graph-throttled', 'POST', { times: 2 })
    const first = await callGraph(tenant, '/users', token)
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '10'])
    expect(await stateOf('graph-throttled')).toMatchObject({ active: true, left: 1 })
    expect((await callGraph(tenant, '/users', token)).status).toBe(429)
    expect((await callGraph(tenant, '/users', token)).status).toBe(200)
    expect(await stateOf('graph-throttled')).toMatchObject({ active: false, left: null })
  })

  it('starts again if it is set again', async () => {
    await call('/graph-500', 'POST', { times: 2 })
    await call('/graph-500', 'POST', { times: 5 })
    expect(await stateOf('graph-500')).toMatchObject({ left: 5 })
    expect(tenant.faults.list()).toHaveLength(1)
  })

  it('can be for one user, by name or id', async () => {
    const [one, two] = [
      await signIn(tenant, { claims: capable }, { user: idOf(3) }),
      await signIn(tenant, { claims: capable }, { user: idOf(4) }),
    ]
    await call('/user-disabled', 'POST', { user: people(tenant).at(3).userPrincipalName })
    expect((await refresh(tenant, one.refresh_token)).body).toMatchObject({ error_codes: [50057] })
    expect((await refresh(tenant, two.refresh_token)).status).toBe(200)
    await call('/tokens-revoked', 'POST', { user: idOf(4) })
    expect(challengeOf(await callGraph(tenant, '/me', two.access_token))).toBeDefined()
    await call('/user-disabled', 'DELETE')
    expect((await refresh(tenant, one.refresh_token)).status).toBe(200)
  })

  it('of the refresh does not affect the sign-in', async () => {
    await call('/refresh-token-expired', 'POST')
    const { refresh_token: token } = await signIn(tenant)
    expect((await refresh(tenant, token)).body).toMatchObject({ error_codes: [700082] })
  })

  it('that changes the size of the directory ends with the original size', async () => {
    const { access_token: token } = await signIn(tenant)
    await call('/directory-100000', 'POST')
    const headers = { consistencylevel: 'eventual' }
    const search = '/users?$count=true&$top=25&$orderby=displayName&$search="displayName:an"'
    const answer = await callGraph(tenant, search, token, { headers })
    expect(((await answer.json()) as { value: unknown[] }).value).toHaveLength(25)
    expect(tenant.users).toHaveLength(100_000)
    await call('/directory-100000', 'DELETE')
    expect(tenant.users).toHaveLength(30)
  }, 60_000)

  it('ends with all others, and with single faults, if everything is cleared', async () => {
    tenant.faults.set({ at: 'me', kind: 'hang' })
    for (const id of ['graph-html', 'secret-expired', 'user-disabled', 'graph-step-up']) {
      tenant.scenarios.start(id)
    }
    expect((await call('', 'DELETE')).status).toBe(204)
    expect(tenant.scenarios.list().some(({ active }) => active)).toBe(false)
    expect(tenant.faults.list()).toEqual([])
    expect((await refresh(tenant, (await signIn(tenant)).refresh_token)).status).toBe(200)
  })
})

describe('the API of scenarios refuses', () => {
  it.each<[string, number, string, unknown?]>([
    ['/no-such-scenario', 404, 'There is no scenario'],
    ['/graph-trottled', 404, 'Near it: graph-throttled'],
    ['/graph-500', 400, '"times" takes a whole number', { times: 0 }],
    ['/graph-500', 400, '"times" takes a whole number', { times: 'many' }],
    ['/graph-500', 400, '"user" does not fit', { user: 'nobody' }],
    ['/graph-500', 400, '"until" is not a key here', { until: 'noon' }],
    ['/secret-expired', 400, '"times" does not fit', { times: 1 }],
    ['/user-disabled', 404, 'There is no user', { user: 'nobody' }],
    ['/user-disabled', 400, '"user" takes an object id', { user: 5 }],
  ])('%s with %i', async (path, status, words, body) => {
    const answer = await call(path, 'POST', body)
    expect(answer.status).toBe(status)
    expect(((await answer.json()) as { error: string }).error).toContain(words)
    expect(tenant.scenarios.list().some(({ active }) => active)).toBe(false)
  })
})

import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTenant, type JournalEntry, type Tenant } from '../src/tenant.ts'
import { signIn } from './application.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant()))
afterAll(() => tenant.close())

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${tenant.origin}/_tenant${path}`, { redirect: 'manual', ...init })

const json = { 'content-type': 'application/json' }

it('keeps a journal of every request, with form and headers, and without its own pages', async () => {
  tenant.journal.clear()
  await signIn(tenant)
  await call('/')
  const { entries } = (await (await call('/journal')).json()) as { entries: JournalEntry[] }
  expect(entries.map(({ method, status }) => [method, status])).toEqual([
    ['GET', 200],
    ['POST', 200],
    ['POST', 302],
    ['POST', 200],
  ])
  expect(entries[0]?.query).toMatchObject({ state: 'the-state' })
  expect(entries[3]).toMatchObject({
    endpoint: 'token',
    body: { grant_type: 'authorization_code' },
  })
  expect(tenant.journal.count('token')).toBe(1)
  await call('/journal', { method: 'DELETE' })
  expect(tenant.journal.entries()).toEqual([])
})

it('keeps every parameter of a query that has a question mark in it', async () => {
  tenant.journal.clear()
  const query = '?redirect_uri=http://localhost/?x&client_id=a&state=b?c=d'
  await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/authorize${query}`)
  expect(tenant.journal.entries().map((entry) => entry.query)).toEqual([
    { redirect_uri: 'http://localhost/?x', client_id: 'a', state: 'b?c=d' },
  ])
})

it('sets, lists and clears faults by JSON', async () => {
  const fault = { at: 'users', kind: 'respond', status: 503, times: 2 }
  const set = await call('/faults', { method: 'POST', headers: json, body: JSON.stringify(fault) })
  expect(set.status).toBe(204)
  expect(await (await call('/faults')).json()).toEqual({ faults: [fault] })
  await call('/faults', { method: 'DELETE' })
  expect(tenant.faults.list()).toEqual([])
})

it.each([
  [{ at: 'nowhere', kind: 'hang' }, '"at" must be'],
  [{ at: 'users', kind: 'explode' }, '"kind" must be'],
  [{ at: 'users', kind: 'delay' }, '"ms" is missing'],
  [{ at: 'users', kind: 'delay', ms: 'long' }, '"ms" has a value'],
  [{ at: 'users', kind: 'hang', ms: 1 }, '"ms" does not belong'],
  [{ at: 'users', kind: 'hang', times: 0 }, '"times" must be'],
  [{ at: 'token', kind: 'idToken', variant: 'strange' }, '"variant" has a value'],
])('refuses the fault %j', async (fault, words) => {
  const answer = await call('/faults', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(fault),
  })
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { error: string }).error).toContain(words)
})

it('rotates the keys', async () => {
  const kid = async () => {
    const answer = await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
    return ((await answer.json()) as { keys: { kid: string }[] }).keys[0]?.kid
  }
  const before = await kid()
  await call('/keys/rotate', { method: 'POST' })
  expect(await kid()).not.toBe(before)
})

it('refuses a request from another site', async () => {
  const body = JSON.stringify({ at: 'users', kind: 'hang' })
  for (const more of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: tenant.origin },
  ]) {
    const headers = { ...json, ...more }
    expect((await call('/faults', { method: 'POST', headers, body })).status).toBe(403)
  }
  expect(tenant.faults.list()).toEqual([])
})

it('refuses another host name that resolves to this machine', async () => {
  const { port } = new URL(tenant.origin)
  const status = await new Promise((resolve, reject) => {
    const headers = { host: `rebound.example:${port}` }
    request({ host: '127.0.0.1', port, path: '/_tenant/journal', headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(421)
})

it('answers HEAD where it answers GET, and changes nothing by it', async () => {
  for (const path of [
    '',
    '/',
    '/requests',
    '/directory',
    '/scenarios',
    '/journal',
    '/openapi.json',
  ]) {
    const [head, get] = [await call(path, { method: 'HEAD' }), await call(path)]
    expect([path, head.status, await head.text()]).toEqual([path, 200, ''])
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
  }
  // Nothing would end that answer.
  expect((await call('/journal/stream', { method: 'HEAD' })).status).toBe(404)
  expect((await call('/reset', { method: 'HEAD' })).status).toBe(404)
})

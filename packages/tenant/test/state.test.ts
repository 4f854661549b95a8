/** What a tenant keeps across restarts, exports, imports and forgets. */

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createTenant, type Tenant, type TenantOptions } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { refresh, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

const folder = mkdtempSync(join(tmpdir(), 'tenant-state-'))
const file = join(folder, 'inside', 'state.json')
const open: Tenant[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((tenant) => tenant.close()))
  rmSync(join(folder, 'inside'), { recursive: true, force: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

async function start(options: TenantOptions = {}): Promise<Tenant> {
  const tenant = await createTenant({ users: 13, ...options })
  open.push(tenant)
  return tenant
}

async function stop(tenant: Tenant): Promise<void> {
  open.splice(open.indexOf(tenant), 1)
  await tenant.close()
}

const call = (tenant: Tenant, method: string, path: string, body?: unknown) =>
  fetch(`${tenant.origin}/_tenant${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  })

const journalOf = (path: string) =>
  (JSON.parse(readFileSync(path, 'utf8')) as { journal: { endpoint: string }[] }).journal

const kidOf = async ({ origin, tenantId }: Tenant) => {
  const answer = await fetch(`${origin}/${tenantId}/discovery/v2.0/keys`)
  return ((await answer.json()) as { keys: { kid: string }[] }).keys[0]?.kid
}

describe('a state file', () => {
  it('keeps refresh tokens, keys, accounts, consents and policies across a restart', async () => {
    const first = await start({ state: file })
    const { refresh_token: token } = await signIn(first, {}, { user: people(first).at(3).id })
    const ended = await signIn(first, {}, { user: people(first).at(4).id })
    first.revokeUser(people(first).at(4).id)
    first.disableUser(people(first).at(5).id)
    first.rotateKeys()
    await call(first, 'PATCH', '/policies', { guestsRestricted: true })
    const kid = await kidOf(first)
    const consents = first.exportState().consents
    await stop(first)
    const second = await start({ state: file })
    expect(await kidOf(second)).toBe(kid)
    const renewed = await refresh(second, token)
    expect(renewed.status).toBe(200)
    expect((await callGraph(second, '/me', renewed.body.access_token)).status).toBe(200)
    expect((await refresh(second, ended.refresh_token)).body).toMatchObject({
      error_codes: [50173],
    })
    expect(second.exportState()).toMatchObject({
      consents,
      policies: { guestsRestricted: true },
      accounts: { disabled: [people(second).at(5).id] },
    })
  })

  it('keeps the clock, and the failures that are set, as far as they are left', async () => {
    const first = await start({ state: file })
    first.clock.advance(3_600_000)
    first.scenarios.start('graph-throttled', { times: 3 })
    await call(first, 'POST', '/faults', { at: 'photo', kind: 'delay', ms: 1 })
    const { access_token: token } = await signIn(first)
    await vi.waitFor(() => expect(journalOf(file).at(-1)).toMatchObject({ endpoint: 'token' }))
    expect((await callGraph(first, '/users?$top=1', token)).status).toBe(429)
    await vi.waitFor(() =>
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
        failures: [{ scenario: 'graph-throttled', left: 2 }, { fault: { at: 'photo' } }],
      }),
    )
    await stop(first)
    const second = await start({ state: file })
    expect(Math.round(second.clock.offset() / 60_000)).toBe(60)
    expect(second.scenarios.list().filter(({ active }) => active)).toMatchObject([
      { id: 'graph-throttled', left: 2 },
    ])
    expect(second.faults.list().filter(({ scenario }) => scenario === undefined)).toEqual([
      { at: 'photo', kind: 'delay', ms: 1 },
    ])
    second.clock.set(1_800_000_000_000)
    second.clock.freeze(true)
    const { failures, clock } = second.exportState()
    await stop(second)
    const third = await start({ state: file })
    expect(third.clock.now()).toBe(second.clock.now())
    expect(third.exportState()).toMatchObject({ failures, clock })
  })

  it('keeps the latest requests for the control page, not for tests that wait for one', async () => {
    const first = await start({ state: file })
    await signIn(first)
    await stop(first)
    const second = await start({ state: file })
    const before = second.journal.entries()
    expect(before.map(({ endpoint }) => endpoint)).toEqual(
      first.journal.entries().map(({ endpoint }) => endpoint),
    )
    expect(await second.journal.take({}, 0)).toBeUndefined()
    await kidOf(second)
    expect((await second.journal.take())?.id).toBe((before.at(-1)?.id ?? 0) + 1)
    expect(second.exportState()).not.toHaveProperty('journal')
  })

  it('is written after each change, whole, and only its user can read it', async () => {
    const tenant = await start({ state: file })
    expect(existsSync(file)).toBe(false)
    await call(tenant, 'PATCH', '/policies', { adminConsentOnly: true })
    await vi.waitFor(() => {
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
        kind: 'gatehouse-tenant',
        policies: { adminConsentOnly: true },
      })
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await stop(tenant)
    expect(readdirSync(join(folder, 'inside'))).toEqual(['state.json'])
  })

  it('is not written if nothing has changed', async () => {
    const tenant = await start({ state: file })
    await call(tenant, 'PATCH', '/policies', { adminConsentOnly: true })
    await vi.waitFor(() => expect(existsSync(file)).toBe(true))
    const written = statSync(file).mtimeMs
    await call(tenant, 'PATCH', '/policies', { adminConsentOnly: true })
    await stop(tenant)
    expect(statSync(file).mtimeMs).toBe(written)
  })

  it.each([
    ['{ "kind": "gaté', 'it is not JSON'],
    ['{}', '"kind" is missing'],
    ['{"kind":"gatehouse-tenant","version":99}', '"version" takes 1'],
    ['[]', '"the whole" takes'],
  ])('that is %s is refused in a sentence, and stays as it is', async (text, words) => {
    await stop(await start({ state: file }))
    writeFileSync(file, text)
    await expect(start({ state: file })).rejects.toThrow(words)
    await expect(start({ state: file })).rejects.toThrow(`${file} cannot be used`)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('is of one tenant at a time, which leaves it at its end and if it cannot start', async () => {
    const first = await start({ state: file })
    const again = start({ state: file })
    await expect(again).rejects.toThrow(
      `The state file ${file} is in use by another local tenant (process ${process.pid}). Stop that one, or start with another --state.`,
    )
    await expect(start({ state: file, resetState: true })).rejects.toThrow('is in use')
    await stop(first)
    const port = Number(new URL((await start()).origin).port)
    await expect(start({ state: file, port })).rejects.toThrow('EADDRINUSE')
    await stop(await start({ state: file }))
    expect(readdirSync(join(folder, 'inside'))).toEqual(['state.json'])
  })

  it.each([
    ['a process that has died', () => `${spawnSync(process.execPath, ['--version']).pid}\n`],
    ['this process before it was started again', () => `${process.pid}\n`],
    ['a process that was cut off as it began', () => ''],
  ])('that was kept by %s can be used', async (_by, content) => {
    mkdirSync(join(folder, 'inside'))
    writeFileSync(`${file}.lock`, content())
    expect((await start({ state: file })).users).toHaveLength(13)
  })

  it('cannot be in a file in place of a folder, which no other tenant is blamed for', async () => {
    writeFileSync(join(folder, 'inside'), '')
    await expect(start({ state: file })).rejects.toThrow(
      `${file} cannot be used: it cannot be read`,
    )
  })

  it('is begun anew if asked', async () => {
    await stop(await start({ state: file }))
    writeFileSync(file, 'broken')
    await stop(await start({ state: file, resetState: true }))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1 })
  })

  it('keeps what was changed about a configured application, until its configuration changes', async () => {
    const clientId = '0a1b2c3d-0000-4000-8000-000000000001'
    const clients = (name: string) => [{ name, clientId, secrets: ['one'] }]
    const nameOf = (tenant: Tenant) =>
      tenant.exportState().applications.find(({ application }) => application.appId === clientId)
        ?.application.displayName
    const first = await start({ state: file, clients: clients('App') })
    const changed = first.exportState()
    for (const { application } of changed.applications) {
      if (application.appId === clientId) application.displayName = 'Renamed'
    }
    first.importState(changed)
    await stop(first)
    const second = await start({ state: file, clients: clients('App') })
    expect(nameOf(second)).toBe('Renamed')
    await stop(second)
    expect(nameOf(await start({ state: file, clients: clients('Other') }))).toBe('Other')
  })
})

describe('an export', () => {
  it('can be imported by another tenant, which then knows its tokens', async () => {
    const one = await start()
    const { refresh_token: token } = await signIn(one)
    const exported = (await (await fetch(`${one.origin}/_tenant/state`)).json()) as object
    const other = await start({ users: 20 })
    expect((await call(other, 'PUT', '/state', exported)).status).toBe(204)
    expect(other.users).toHaveLength(13)
    expect((await refresh(other, token)).status).toBe(200)
    const third = await start({ snapshot: exported })
    expect((await refresh(third, token)).status).toBe(200)
  })

  it.each<[object, string]>([
    [{}, '"kind" is missing'],
    [{ version: 2 }, '"version" takes 1'],
    [{ policies: {} }, '"policies.adminConsentOnly" is missing'],
    [{ clock: { offset: 1e16, frozenAt: null } }, '"clock.offset"'],
    [{ failures: [{ scenario: 'nothing', left: null }] }, '"failures[0].scenario" names no'],
    [{ failures: [{ fault: { at: 'me', kind: 'x' } }] }, '"failures[0].fault" is no fault: "kind"'],
    [
      { directory: { users: [{ object: { id: 'x' } }], groups: [], members: {}, managers: {} } },
      '"directory.users[0]',
    ],
  ])('that is wrong changes nothing: %j', async (part, words) => {
    const tenant = await start()
    const good = tenant.exportState()
    const bad = Object.keys(part).length === 0 ? {} : { ...good, ...part }
    const answer = await call(tenant, 'PUT', '/state', bad)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({
      code: 'state_not_usable',
      error: expect.stringContaining(words),
    })
    expect(tenant.exportState()).toEqual(good)
  })

  it('with an application that is not complete changes nothing', async () => {
    const tenant = await start()
    const exported = structuredClone(tenant.exportState())
    const own = exported.applications.find(({ isRegistered }) => isRegistered)
    Object.assign(own?.application ?? {}, { web: 'nothing' })
    expect(() => tenant.importState(exported)).toThrow('"Gatehouse (local)" is not complete')
    expect((await signIn(tenant)).id_token).toMatch(/^ey/)
  })

  it('with a key that cannot be read changes nothing', async () => {
    const tenant = await start()
    const exported = structuredClone(tenant.exportState())
    const [key] = exported.keys?.signing ?? []
    if (key) key.privateKey = 'nothing'
    const before = tenant.exportState()
    expect((await call(tenant, 'PUT', '/state', { ...exported, users: 20 })).status).toBe(409)
    expect(tenant.exportState()).toEqual(before)
  })
})

describe('a reset', () => {
  it('goes back to the start, and lets the keys stay', async () => {
    const groups = [{ displayName: 'Buyers' }]
    const tenant = await start({ groups })
    const before = tenant.exportState()
    const cookies = new Map<string, string>()
    await signIn(tenant, {}, { cookies })
    tenant.disableUser(people(tenant).at(3).id)
    tenant.resize(20)
    tenant.clock.advance(60_000)
    tenant.scenarios.start('graph-throttled')
    await call(tenant, 'PATCH', '/policies', { adminConsentOnly: true })
    expect((await call(tenant, 'POST', '/reset')).status).toBe(204)
    expect(tenant.exportState()).toEqual(before)
    expect(tenant.scenarios.list().some(({ active }) => active)).toBe(false)
    expect(tenant.clock.offset()).toBeLessThan(60_000)
    expect(await signIn(tenant, { prompt: 'none' }, { cookies })).toHaveProperty('error')
    const silent = tenant.journal.entries().find(({ endpoint }) => endpoint === 'authorize')
    expect(silent?.problem?.code).toBe('AADSTS50058')
  })
})

it.each<[string, (clock: Tenant['clock']) => void]>([
  ['a step that is no number', (clock) => clock.advance(NaN)],
  ['a step that is a text', (clock) => clock.advance('60' as unknown as number)],
  ['a time that is a text', (clock) => clock.set('2027-01-01' as unknown as number)],
  ['a time before 1970', (clock) => clock.set(-1)],
  ['a time that no date has', (clock) => clock.set(9e15)],
])('refuses %s, and keeps its time', async (_, move) => {
  const { clock } = await start({})
  expect(() => move(clock)).toThrow(RangeError)
  expect(Math.abs(clock.offset())).toBeLessThan(1_000)
})

it('shows the groups of the configuration by their names', async () => {
  const tenant = await start({
    groups: [{ displayName: 'Buyers', members: ['nora.hill@local-tenant.example'] }],
  })
  const { groups } = tenant.exportState().directory
  const buyers = groups.find(({ object }) => object.displayName === 'Buyers')?.object.id ?? ''
  const { access_token: token } = await signIn(tenant)
  const answer = await callGraph(tenant, '/me/memberOf', token)
  expect(JSON.stringify(await answer.json())).toContain(buyers)
})

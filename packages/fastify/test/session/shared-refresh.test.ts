import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { createStoreAccess } from '../../src/entra/index.ts'
import { openStore } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { Instance } from '@gatehouse/test-support/gatehouse'
import { sharedStoreKinds } from '@gatehouse/test-support/tier'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000

describe.each(sharedStoreKinds)('on %s, a refresh with two instances', (store) => {
  const gatehouse = useTestApp({
    store,
    oneClock: true,
    config: { session: { idleMinutes: 1440, absoluteMinutes: 43_200 } },
  })
  let remote: Instance
  beforeAll(async () => {
    remote = await gatehouse().startSecondInstance()
  })
  afterAll(() => remote.close())

  /** A session that is open on both instances, with an expired access token, and its record's id. */
  async function withExpiredToken(place: number): Promise<[Browser, Browser, string]> {
    const known = new Set((await gatehouse().stored.records()).map(({ id }) => id))
    const local = gatehouse().browser()
    await local.signIn({ user: people(gatehouse().tenant).at(place).userPrincipalName })
    const away = remote.browser(local)
    await Promise.all([local.get('/api/me'), away.get('/api/me')])
    const fresh = (await gatehouse().stored.records()).find(({ id }) => !known.has(id))
    gatehouse().advance(100 * minute)
    return [local, away, fresh?.id ?? '']
  }

  /** The store of a third process. */
  async function openAnother(): Promise<Store> {
    const { environment, dataDir, now, storeUrl } = gatehouse()
    const access = createStoreAccess(loadConfig(environment, dataDir), undefined, now)
    return openStore(storeUrl, now, access)
  }

  const usersStatus = async (browser: Browser) => (await browser.get('/api/users')).status

  it('is one for 50 requests on each at the same time', async () => {
    const [local, away] = await withExpiredToken(1)
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 150 })
    const statuses = await Promise.all(
      Array.from({ length: 100 }, (_, at) => usersStatus(at % 2 ? local : away)),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('is not repeated by the other instance', async () => {
    const [local, away] = await withExpiredToken(2)
    expect(await usersStatus(local)).toBe(200)
    expect(await usersStatus(away)).toBe(200)
    expect(await usersStatus(away)).toBe(200)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('is taken over if the instance that started it has died', async () => {
    const [local, away, id] = await withExpiredToken(3)
    const dead = await openAnother()
    expect(await dead.oneTimeKeys.lock(`refresh:${id}`, 500)).toBeTypeOf('function')
    await dead.close()
    const startedAt = performance.now()
    expect(await Promise.all([usersStatus(local), usersStatus(away)])).toEqual([200, 200])
    expect(performance.now() - startedAt).toBeGreaterThan(350)
    expect(performance.now() - startedAt).toBeLessThan(2500)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('that is locked delays no other user, and no other request of the same user', async () => {
    const [local, , id] = await withExpiredToken(4)
    const [other] = await withExpiredToken(5)
    const holder = await openAnother()
    const release = await holder.oneTimeKeys.lock(`refresh:${id}`, 10_000)
    const waiting = usersStatus(local)
    expect(await usersStatus(other)).toBe(200)
    expect((await local.get('/api/me')).status).toBe(200)
    await release?.()
    expect(await waiting).toBe(200)
    await holder.close()
  })

  it('that fails on one is not repeated by the other at once, but a few seconds later', async () => {
    const [local, away] = await withExpiredToken(6)
    const { tenant } = gatehouse()
    tenant.faults.set({ at: 'token', kind: 'respond', status: 500, times: 1 })
    expectProblem(await local.get('/api/users'), 503, 'unavailable')
    expectProblem(await away.get('/api/users'), 503, 'unavailable')
    expect(refreshes(tenant)).toHaveLength(1)
    gatehouse().advance(5_000)
    expect(await usersStatus(away)).toBe(200)
  })

  it('that brings another user’s tokens ends the session on both', async () => {
    const [local, away] = await withExpiredToken(7)
    const { tenant } = gatehouse()
    const asUser = people(tenant).at(30).id
    tenant.faults.set({ at: 'token', kind: 'tokenResponse', asUser })
    expectProblem(await local.get('/api/users'), 401, 'sign_in_required')
    expectProblem(await local.get('/api/me'), 401, 'sign_in_required')
    await expect
      .poll(async () => (await away.get('/api/me')).status, { interval: 2, timeout: 500 })
      .toBe(401)
    expect(tenant.journal.count('users')).toBe(0)
  })

  it('hands the rotated refresh token on to the other instance', async () => {
    const [local, away] = await withExpiredToken(8)
    const patch = { refresh_token: 'the-rotated-one' }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', times: 1, patch })
    expect(await usersStatus(local)).toBe(200)
    gatehouse().advance(100 * minute)
    await usersStatus(away)
    expect(refreshes(gatehouse().tenant).at(-1)).toMatchObject(patch)
  })
})

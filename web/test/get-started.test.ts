import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KnownSession } from '@gatehouse/react'

const now = '2026-11-26T10:00:00.000Z'
const signedOut = { signedIn: false, development: true, now } as const
const signedIn: KnownSession = {
  signedIn: true,
  user: { name: 'Ada', username: 'ada@app.example', objectId: 'o', roles: [] },
  tenantId: 't',
  localTenant: true,
  development: true,
  deviceBound: false,
  startedAt: now,
  idleSeconds: 3600,
  expiresAt: now,
  absoluteExpiresAt: now,
  now,
}

let stored = new Map<string, string>()

/** The module as a browser loads it, with what is stored. */
async function load() {
  vi.resetModules()
  return import('../src/development/steps.ts')
}

beforeEach(() => {
  stored = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  })
})

afterEach(() => vi.unstubAllGlobals())

describe('the steps of Get started', () => {
  it('are ticked by what is so, and not by more', async () => {
    const { doneNow } = await load()
    expect(doneNow(signedOut, '/', 0)).toEqual([])
    expect(doneNow(signedOut, '/claims', 0)).toEqual([])
    expect(doneNow(signedIn, '/', 0)).toEqual(['signIn'])
    expect(doneNow(signedIn, '/claims', 0)).toEqual(['signIn', 'token'])
    expect(doneNow(signedOut, '/', 1)).toEqual(['breakIt'])
  })

  it('know a tenant of one’s own from the server only', async () => {
    const { doneNow } = await load()
    const at = (localTenant: boolean) =>
      doneNow({ ...signedOut, developer: { localTenant } }, '/', 0)
    expect([at(true), at(false)]).toEqual([[], ['connect']])
  })

  it('are remembered by name, without those that can be seen at any time', async () => {
    const { remember } = await load()
    remember(['token', 'connect', 'ownPage'])
    remember(['token'])
    expect([...stored.values()]).toEqual(['token'])
  })

  it('are not lost if another tab has stored others meanwhile', async () => {
    const { remember } = await load()
    stored.set('get-started', 'breakIt')
    remember(['signIn'])
    expect(stored.get('get-started')?.split(' ').toSorted()).toEqual(['breakIt', 'signIn'])
  })

  it('leave out what is no step, and do without storage', async () => {
    stored.set('get-started', '<img> token token __proto__')
    const { remember } = await load()
    remember(['signIn'])
    expect(stored.get('get-started')).toBe('token signIn')
    vi.stubGlobal('localStorage', undefined)
    const blocked = await load()
    expect(() => blocked.remember(['signIn'])).not.toThrow()
  })
})

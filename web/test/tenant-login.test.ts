/** The code that lets a browser elsewhere in to the local tenant. */
import { describe, expect, test } from 'vitest'
import { CodeGate, tenantPages } from '../vite/tenant-login.ts'

function newGate() {
  const codes: string[] = []
  let now = 0
  const gate = new CodeGate({ print: (code) => codes.push(code), now: () => now })
  return { gate, codes, wait: (ms: number) => (now += ms), latest: () => codes.at(-1) ?? '' }
}

describe('the code of the local tenant', () => {
  test('lets one browser in, however it is typed, and no second one', () => {
    const { gate, codes, latest } = newGate()
    const first = latest()
    expect(first).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/)
    const result = gate.enter(` ${first.toLowerCase().replace('-', ' ')} `)
    const cookie = typeof result === 'object' ? result.cookie : ''
    expect(cookie).toMatch(/^[\w-]{43}$/)
    expect(gate.isOpenTo(cookie)).toBe(true)
    expect(gate.enter(first)).toBe('wrong')
    expect(codes).toHaveLength(2)
    expect(gate.enter(latest())).toEqual({ cookie: expect.any(String) })
    expect(gate.isOpenTo(cookie)).toBe(true)
  })

  test('is replaced after five wrong attempts, and none counts for a minute', () => {
    const { gate, codes, latest, wait } = newGate()
    const first = latest()
    const attempts = ['', 'x', `${first}x`, 'AAAA-AAAA', '____-____'].map((code) =>
      gate.enter(code),
    )
    expect(attempts).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'locked'])
    expect(codes).toHaveLength(2)
    expect(gate.enter(latest())).toBe('locked')
    wait(60_000)
    expect(gate.enter(first)).toBe('wrong')
    expect(gate.enter(latest())).toEqual({ cookie: expect.any(String) })
  })

  test('is needed with any other cookie', () => {
    const { gate } = newGate()
    for (const cookie of [undefined, '', 'x', 'undefined'])
      expect(gate.isOpenTo(cookie)).toBe(false)
  })

  test('opens the pages of a sign-in and a sign-out, and nothing else of the tenant', () => {
    const isPage = (path: string) => new RegExp(tenantPages).test(path)
    expect(isPage('/_tenant-login/1-2/oauth2/v2.0/authorize?x=1')).toBe(true)
    expect(isPage('/_tenant-login/1-2/oauth2/v2.0/logout')).toBe(true)
    for (const path of [
      '/_tenant-login/_tenant',
      '/_tenant-login/_tenant/scenarios',
      '/_tenant-login/1/oauth2/v2.0/token',
      '/_tenant-login/1/oauth2/v2.0/devicecode',
      '/_tenant-login/v1.0/users',
      '/_tenant-login/1/oauth2/v2.0/authorize/../../../../_tenant',
      '/_tenant-login/../1/oauth2/v2.0/authorize',
      '//_tenant-login/1/oauth2/v2.0/authorize',
      '/%5ftenant-login/1/oauth2/v2.0/authorize',
    ]) {
      expect([path, isPage(path)]).toEqual([path, false])
    }
  })
})

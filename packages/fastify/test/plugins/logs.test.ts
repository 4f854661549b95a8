import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { type LogEvent, logEvents } from '../../src/telemetry/events.ts'
import { goodKey } from '../support/config-folder.ts'
import { secretsOf } from '../support/secrets-of.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({
  env: { SESSION_KEYS: goodKey },
  config: { session: { idleMinutes: 1440, absoluteMinutes: 1440 } },
  oneClock: true,
})

/** A visit that causes every kind of log line: successes, refusals, failures of each party. */
async function visit(browser: Browser): Promise<void> {
  const { tenant } = gatehouse()
  tenant.faults.set({ at: 'discovery', times: 2, kind: 'reset' })
  await browser.get('/auth/sign-in')
  gatehouse().advance(10_000)
  await browser.signIn({ returnTo: '/users?private=yes' })
  for (const path of [
    '/api/me',
    '/api/claims',
    '/api/users?search=Nora',
    '/api/users?top=x',
    '/nowhere?token=abc',
  ]) {
    await browser.get(path)
  }
  await browser.get('/api/me', { 'sec-fetch-site': 'cross-site' })
  await browser.send('/api/me', { cookie: 'session-5173=junk-that-somebody-made-up' })
  await browser.signIn({ cancel: true })
  const callback = await browser.callbackFrom(await browser.startSignIn())
  // It begins once more, and after ten minutes it says that it took too long.
  await gatehouse().browser().get(callback)
  gatehouse().advance(11 * 60_000)
  await gatehouse().browser().get(callback)
  for (const at of ['token', 'keys', 'discovery', 'users'] as const) {
    for (const fault of [
      { kind: 'reset', times: 2 },
      { kind: 'respond', status: 500, body: { error: 'server_error' } },
      { kind: 'respond', status: 200, body: 'no JSON', contentType: 'application/json' },
    ] as const) {
      gatehouse().advance(100 * 60_000)
      tenant.faults.set({ at, times: 1, ...fault })
      await browser.get('/api/users')
      await gatehouse().browser().get('/auth/sign-in')
      tenant.faults.clear()
    }
  }
  for (const variant of [
    'bad-signature',
    'nonce-wrong',
    'payload-not-json',
    'aud-wrong',
    'alg-none',
  ] as const) {
    tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, variant })
    await gatehouse().browser().signIn()
  }
  tenant.faults.set({ at: 'token', kind: 'aadsts', times: 1, code: 7000215 })
  await gatehouse().browser().signIn()
  tenant.faults.clear()
}

describe('the log at its most verbose level', () => {
  it('holds no secret and no user’s name', async () => {
    const browser = gatehouse().browser()
    await visit(browser)
    const secrets = secretsOf(gatehouse().tenant, await browser.cookieHeader())
    await browser.post('/auth/sign-out')
    expect(
      [...secrets.keys()].filter((name) =>
        /^(?:code|access token|refresh_token|state|cookie) /.test(name),
      ).length,
    ).toBeGreaterThan(15)

    const log = gatehouse().logs.join('')
    const leaked = [...secrets].filter(
      ([, value]) => log.includes(value) || log.includes(encodeURIComponent(value)),
    )
    expect(leaked).toEqual([])
    expect(log).not.toMatch(
      /eyJ[\w-]{5}|1\.A[\w-]{20}|Bearer [\w.-]{20}|private=yes|token=abc|Nora/,
    )
  })

  it('has no field that docs/logging.md does not name', () => {
    const always = ['level', 'time', 'msg', 'event', 'reqId', 'trace_id']
    const events = new Map<unknown, LogEvent>(
      Object.values(logEvents).flatMap((group) => Object.entries<LogEvent>(group)),
    )
    const lines = gatehouse().logs.map((line) => JSON.parse(line) as Record<string, unknown>)
    const others = lines.flatMap((line) => {
      const known: string[] = [...always, ...(events.get(line['event'])?.fields ?? [])]
      const unknown = Object.keys(line).filter((name) => !known.includes(name))
      return unknown.map((name) => `${String(line['event'])}: ${name}`)
    })
    expect(lines.length).toBeGreaterThan(25)
    expect([...new Set(others)]).toEqual([])
  })

  it('has a line of JSON for each sign-in, sign-out and refusal', () => {
    const lines = gatehouse().logs.map((line) => JSON.parse(line) as Record<string, unknown>)
    const events = new Set(lines.map(({ event }) => event))
    for (const event of [
      'sign_in',
      'sign_out',
      'sign_in_refused',
      'sign_in_restarted',
      'cross_site_refused',
      'sign_in_not_started',
    ]) {
      expect(events).toContain(event)
    }
    const checks = new Set(lines.map(({ check }) => check))
    for (const check of ['signature', 'id_token', 'aud', 'alg', 'transaction', 'authorize_error']) {
      expect(checks).toContain(check)
    }
    // The credential's lines belong to no request, and have no id.
    const ofRequests = lines.filter(
      ({ event }) =>
        event !== undefined && !(typeof event === 'string' && event.startsWith('credential')),
    )
    for (const { time, reqId } of ofRequests) {
      expect(String(time)).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
      expect(String(reqId)).toMatch(/^[\w-]{12}-[0-9a-z]+$/)
    }
  })
})

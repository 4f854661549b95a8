import { randomBytes, randomUUID } from 'node:crypto'
import type { Claims } from '@gatehouse/contract/claims'
import { describe, expect, it } from 'vitest'
import { localTenant } from '../../src/config/index.ts'
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'

describe('a request id from the client', () => {
  const gatehouse = useTestApp()

  it.each([
    ['an innocent one', 'c0ffee00-0000-4000-8000-000000000000'],
    ['10 kB', 'x'.repeat(10 * 1024)],
    ['markup', '<script>alert(1)</script>'],
    ['another log line', '","level":60,"msg":"forged'],
    ['an encoded line break', '%0d%0aset-cookie: forged=1'],
  ])('is not used, repeated, or logged: %s', async (_what, id) => {
    for (const name of [
      'x-request-id',
      'request-id',
      'x-correlation-id',
      'client-request-id',
      'traceparent',
    ]) {
      const headers = { [name]: id }
      const written = gatehouse().logs.length
      const answer = await gatehouse().browser().get('/api/me', headers)
      const { requestId } = expectProblem(answer, 401, 'sign_in_required')
      expect(requestId).not.toContain(id)
      expect(JSON.stringify(answer.headers)).not.toContain(id.slice(0, 20))
      const lines = gatehouse().logs.slice(written)
      expect(lines.join('')).toContain(requestId)
      expect(lines.join('')).not.toMatch(/c0ffee|x{20}|script|forged/)
    }
  })
})

describe('Microsoft’s session id', () => {
  const gatehouse = useTestApp()

  it('is in no log line, whether it is known, unknown or malformed', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const { claims } = (await browser.get('/api/claims')).json() as Claims
    const sids = [String(claims['sid']), randomUUID(), 'sid-with-*-in-it', 's1d'.repeat(50)]
    const statuses: number[] = []
    for (const sid of sids) {
      const path = `/auth/front-channel-logout?sid=${encodeURIComponent(sid)}`
      statuses.push((await gatehouse().browser().get(path)).status)
    }
    expect(statuses).toEqual([200, 200, 400, 400])
    const log = gatehouse().logs.join('')
    expect(log).toContain('"event":"front_channel_logout"')
    for (const sid of sids) expect(log).not.toContain(sid)
  })
})

describe('a health check', () => {
  const gatehouse = useTestApp()

  it('holds no token, name or setting, ready or not', async () => {
    const { tenant, storeUrl, dataDir } = gatehouse()
    const browser = gatehouse().browser()
    await browser.signIn()
    await browser.get('/api/users')
    const good = [await browser.get('/healthz'), await browser.get('/readyz')]
    expect(good.map(({ text }) => text)).toEqual(['{"status":"alive"}', '{"status":"ready"}'])

    const cold = await startGatehouse({ config: { authority: 'http://127.0.0.1:9' } })
    try {
      const bad = await cold.browser().get('/readyz')
      expectProblem(bad, 503, 'unavailable')
      expect(bad.headers['retry-after']).toBe('5')
      const [user] = tenant.users
      const secrets = [localTenant.clientId, localTenant.clientSecret, '127.0.0.1', 'ECONN']
      for (const one of [...secrets, storeUrl, dataDir, user?.id ?? '', tenant.tenantId]) {
        expect(bad.text).not.toContain(one)
      }
      expect((await cold.browser().get('/healthz')).text).toBe('{"status":"alive"}')
    } finally {
      await cold.close()
    }
  })

  it.each([
    '/metrics',
    '/health',
    '/status',
    '/debug',
    '/debug/pprof',
    '/json/list',
    '/heapdump',
    '/server-status',
    '/actuator/env',
    '/documentation/json',
    '/.well-known/openid-configuration',
  ])('is the only view into the process: %s is 404', async (path) => {
    const answer = await gatehouse().browser().get(path)
    expectProblem(answer, 404, 'not_found')
    expect(answer.text).not.toContain(path)
  })
})

describe('a stored record', () => {
  const key = () => randomBytes(32).toString('base64')

  it('is read while its key is listed, and is 401, never a failure, without it', async () => {
    const [first, second, third] = [key(), key(), key()]
    const gatehouse = await startGatehouse({ env: { SESSION_KEYS: first } })
    try {
      const old = gatehouse.browser()
      await old.signIn()
      const kept = await old.cookieHeader()
      await gatehouse.restart({ SESSION_KEYS: `${second},${first}` })
      const browser = gatehouse.browser()
      await browser.jar.setCookie(kept, gatehouse.publicUrl)
      const answer = await browser.get('/api/users')
      expect(answer.status).toBe(200)
      const graph = gatehouse.tenant.journal
        .entries()
        .filter(({ endpoint }) => endpoint === 'users')
      expect(graph.map(bearerObjectId)).toEqual([people(gatehouse.tenant).first.id])
      // The cookie comes back under the new key, and is good without the old one.
      const renewed = await browser.cookieHeader()
      await gatehouse.restart({ SESSION_KEYS: second })
      const later = await gatehouse.browser().send('/api/claims', { cookie: renewed })
      expect(later.status).toBe(200)
      await gatehouse.restart({ SESSION_KEYS: third })
      for (const cookie of [kept, renewed]) {
        for (const path of ['/api/me', '/api/claims', '/api/users']) {
          const refused = await gatehouse.browser().send(path, { cookie })
          expectProblem(refused, 401, 'sign_in_required')
        }
      }
    } finally {
      await gatehouse.close()
    }
  })
})

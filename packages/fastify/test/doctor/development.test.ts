import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildApp } from '@gatehouse/bff/app'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { load, ownTenant } from '../support/config-folder.ts'

const gatehouse = useTestApp()

const ask = (path: string, headers: Record<string, string> = {}) =>
  gatehouse().browser().get(path, headers)

describe('what a developer’s page is told', () => {
  it('is the app registration, and where the tenant on this machine is controlled', async () => {
    const { tenant, publicUrl } = gatehouse()
    const controlPage = `${tenant.authority}/_tenant`
    expect((await ask('/api/session')).json()).toMatchObject({
      signedIn: false,
      development: true,
      developer: { localTenant: false, controlPage },
    })
    const answer = await ask('/api/development')
    expect(answer.json()).toEqual({
      tenant: tenant.tenantId,
      clientId: expect.any(String),
      redirectUri: `${publicUrl}/auth/redirect`,
      registrationUrl: controlPage,
      scenarios: [],
    })
  })

  it('is which scenarios are active just now', async () => {
    const { tenant } = gatehouse()
    tenant.scenarios.start('graph-throttled')
    const active = (await ask('/api/development')).json()
    tenant.scenarios.clear()
    expect(active).toMatchObject({ scenarios: [{ id: 'graph-throttled' }] })
    expect((await ask('/api/development')).json()).toMatchObject({ scenarios: [] })
  })

  it('is the name and the size of the session cookie, and never its value', async () => {
    const visitor = gatehouse().browser()
    await visitor.signIn()
    const answer = await visitor.get('/api/development')
    const { cookie } = answer.json() as { cookie: { name: string; bytes: number } }
    const value = (await visitor.cookie(cookie.name)) ?? ''
    expect(value.length).toBeGreaterThan(40)
    expect(cookie.bytes).toBe(`${cookie.name}=${value}`.length)
    expect(answer.text).not.toContain(value)
    expect((await visitor.get('/api/session')).json()).toMatchObject({
      signedIn: true,
      developer: { localTenant: false },
    })
  })

  it('answers only at the app’s own address', async () => {
    const answer = await ask('/api/development', { host: 'attacker.example' })
    expect(answer.status).not.toBe(200)
  })

  it.each([
    ['in production', 'https://app.example', { NODE_ENV: 'production' }],
    ['behind a tunnel', 'https://app.tunnel.example', { PUBLIC_URL: 'https://app.tunnel.example' }],
  ])('is nothing %s', async (_where, address, settings) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-development-'))
    const app = await buildApp(
      load(ownTenant, { DATA_DIR: dataDir, LOG_LEVEL: 'silent', PORT: '0', ...settings }),
    )
    try {
      const headers = { host: new URL(address).host }
      expect((await app.inject({ url: '/api/development', headers })).statusCode).toBe(404)
      const session = await app.inject({ url: '/api/session', headers })
      expect(session.json()).toEqual({
        signedIn: false,
        development: false,
        now: expect.any(String),
      })
    } finally {
      await app.close()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

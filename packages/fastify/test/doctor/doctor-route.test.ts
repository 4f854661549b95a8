import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '@gatehouse/bff/app'
import { localTenant } from '../../src/config/index.ts'
import type { Finding } from '../../src/doctor/index.ts'
import { freePort, type Answer } from '@gatehouse/tenant/testing'
import { freshClone, load, ownTenant } from '../support/config-folder.ts'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import {
  publicUrl as localUrl,
  startGatehouse,
  type Gatehouse,
} from '@gatehouse/test-support/gatehouse'
import { rawExchange } from '../support/raw-exchange.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ config: { clientSecretExpires: '2099-12-31' } })

// So that requests of the minute before do not count.
beforeEach(() => gatehouse().advance(61_000))

const ask = (headers: Record<string, string> = {}, at: Gatehouse = gatehouse()): Promise<Answer> =>
  at.browser().get('/api/doctor', headers)

async function inARow(count: number, at: Gatehouse = gatehouse()): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let turn = 0; turn < count; turn += 1) answers.push(await ask({}, at))
  return answers
}

const atOnce = (count: number): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, () => ask()))

const statuses = (answers: Answer[]) => answers.map(({ status }) => status)

function findingsIn(answer: Answer): Finding[] {
  return (answer.json() as { findings: Finding[] }).findings
}

/** The findings about the credentials. */
function reasons(answer: Answer): string[] {
  return findingsIn(answer)
    .filter(({ id }) => id === 'credential')
    .map(({ reason }) => reason)
}

/** The number of requests that sent a credential to the tenant. */
function sent({ tenant }: Gatehouse = gatehouse()): number {
  const bodies = tenant.journal.entries().map(({ body }) => JSON.stringify(body ?? ''))
  return bodies.filter((body) => /client_secret|client_assertion/.test(body)).length
}

describe('the doctor of a running server', () => {
  it('answers people who are not signed in, in development', async () => {
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({ publicUrl: gatehouse().publicUrl })
    expect(findingsIn(answer).filter(({ status }) => /fail|warn/.test(status))).toEqual([])
    expect(findingsIn(answer).at(-1)?.id).toBe('address-bar')
  })

  it('is not there in production', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-doctor-'))
    const env = { NODE_ENV: 'production', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }
    const app = await buildApp(load(ownTenant, { ...env, PORT: '0' }))
    try {
      expect((await app.inject({ url: '/api/doctor' })).statusCode).toBe(404)
    } finally {
      await app.close()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

describe('how often the doctor looks', () => {
  it('looks twelve times a minute, whoever asks, and says when it looks again', async () => {
    const answers = await inARow(40)
    expect(statuses(answers)).toEqual([...Array(12).fill(200), ...Array(28).fill(429)])
    for (const refused of answers.slice(12)) expectProblem(refused, 429, 'too_many_requests')
    const seconds = Number(answers.at(-1)?.headers['retry-after'])
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(gatehouse().tenant.journal.count('authorize')).toBe(12)
    expect(sent()).toBe(1)
    gatehouse().advance(61_000)
    expect(statuses(await inARow(1))).toEqual([200])
  })

  it('looks once for everybody who asks meanwhile', async () => {
    gatehouse().tenant.faults.set({ at: 'authorize', kind: 'delay', ms: 1000 })
    const answers = await atOnce(40)
    expect(new Set(statuses(answers))).toEqual(new Set([200]))
    expect(gatehouse().tenant.journal.count('authorize')).toBe(1)
    expect(sent()).toBe(1)
    gatehouse().tenant.faults.clear()
    // They count as one.
    expect(statuses(await inARow(12))).toEqual([...Array(11).fill(200), 429])
  })
})

describe('how often the secret is sent', () => {
  it('is sent once a minute, and the finding says how old the answer is', async () => {
    expect(reasons(await ask())).toEqual([expect.stringMatching(/; Entra accepts it; it ends/)])
    gatehouse().advance(40_000)
    expect(reasons(await ask())[0]).toMatch(/Entra accepts it \(asked 4\d seconds ago\); it ends/)
    expect(sent()).toBe(1)
    gatehouse().advance(21_000)
    expect(reasons(await ask())[0]).not.toContain('ago')
    expect(sent()).toBe(2)
  })

  it('is not sent again after a request that failed', async () => {
    gatehouse().tenant.faults.set({ at: 'token', kind: 'reset' })
    expect(reasons(await ask())[0]).toContain('whether Entra accepts it is not known;')
    gatehouse().tenant.faults.clear()
    expect(reasons(await ask())[0]).toMatch(/is not known \(asked \d+ seconds? ago\)/)
    // The connection broke before any answer, so the one request was made twice.
    expect(gatehouse().tenant.journal.count('token')).toBe(2)
  })

  it('is not sent again after a refusal, whose age is in the finding', async () => {
    gatehouse().tenant.scenarios.start('secret-expired')
    await ask()
    gatehouse().tenant.scenarios.clear()
    gatehouse().advance(30_000)
    const [reason] = reasons(await ask())
    expect(reason).toBe('Entra refuses clientSecret (AADSTS7000222, asked 30 seconds ago).')
    expect(sent()).toBe(1)
  })

  it('is not called good by a tenant that refuses the kind of request', async () => {
    const fault = { at: 'token', kind: 'aadsts', code: 70003 } as const
    gatehouse().tenant.faults.set(fault)
    expect(reasons(await ask())[0]).toContain('whether Entra accepts it is not known;')
    expect(sent()).toBe(1)
  })

  it('is asked about as soon as the tenant answers again', async () => {
    const { tenant } = gatehouse()
    tenant.scenarios.start('discovery-down')
    expect(reasons(await ask())[0]).not.toContain('Entra accepts it;')
    expect(sent()).toBe(0)
    tenant.scenarios.clear()
    expect(reasons(await ask())[0]).toContain('Entra accepts it;')
  })

  it('is sent once a minute for each credential, also if its file is replaced', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-doctor-'))
    const files = [join(folder, 'old'), join(folder, 'new')]
    for (const file of files) writeFileSync(file, localTenant.clientSecret, { mode: 0o600 })
    const credentials = files.map((secretFile) => ({ secretFile, expires: '2099-12-31' }))
    const several = await startGatehouse({ config: { clientSecret: undefined, credentials } })
    try {
      await inARow(2, several)
      for (const file of files) writeFileSync(file, 'another-secret-0123456789', { mode: 0o600 })
      await inARow(2, several)
      expect(sent(several)).toBe(2)
      several.advance(61_000)
      await inARow(2, several)
      expect(sent(several)).toBe(4)
    } finally {
      await several.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('is tried each time on the local tenant, so that a scenario shows at once', async () => {
    const { tenant: id, clientId, clientSecret } = freshClone
    const port = await freePort()
    const fresh = await startGatehouse({
      tenant: { port },
      config: { tenant: id, clientId, clientSecret },
      env: { TENANT_PORT: String(port) },
    })
    const works = 'clientSecret is there; the local tenant accepts it; it does not end.'
    try {
      expect(reasons(await ask({}, fresh))).toEqual([works])
      fresh.tenant.scenarios.start('secret-expired')
      const [refused] = findingsIn(await ask({}, fresh)).filter(({ status }) => status === 'fail')
      expect(refused).toMatchObject({
        id: 'credential',
        reason:
          'The local tenant refuses clientSecret (AADSTS7000222): one of its scenarios is on.',
        link: `http://127.0.0.1:${port}/_tenant`,
      })
      fresh.tenant.scenarios.clear()
      expect(reasons(await ask({}, fresh))).toEqual([works])
      expect(sent(fresh)).toBe(3)
    } finally {
      await fresh.close()
    }
  })
})

/** The answer to a request for another host, and the checks that ran for it. */
async function refusal(headers: Record<string, string>, at: Gatehouse = gatehouse()) {
  const { detail } = expectProblem(await ask(headers, at), 403, 'forbidden')
  return { detail, asked: at.tenant.journal.entries().length }
}

const elsewhere = { detail: `The doctor is at ${localUrl}/doctor only.`, asked: 0 }

describe('the host that the doctor answers', () => {
  it.each([
    'evil.test',
    'evil.test:5173',
    'localhost.evil.test',
    'localhost.evil.test:5173',
    'evil.test#localhost:5173',
    'localhost',
    'localhost:80',
    'localhost:5174',
    'localhost:51730',
    'localhost.:5173',
    '127.0.0.1',
    '127.0.0.1:5173',
    '[::1]',
    '[::1]:5173',
    '',
  ])('is not "%s", and the refusal names the right one', async (host) => {
    expect(await refusal({ host })).toEqual(elsewhere)
  })

  it('is not what X-Forwarded-Host says', async () => {
    const { host } = new URL(gatehouse().publicUrl)
    expect(await refusal({ host: 'evil.test', 'x-forwarded-host': host })).toEqual(elsewhere)
    expect((await ask({ 'x-forwarded-host': 'evil.test' })).status).toBe(200)
  })

  it('is not what a proxy says in X-Forwarded-Host, though its X-Forwarded-For is believed', async () => {
    const behind = await startGatehouse({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
    try {
      const { host } = new URL(behind.publicUrl)
      expect(await refusal({ host: 'evil.test', 'x-forwarded-host': host }, behind)).toEqual(
        elsewhere,
      )
    } finally {
      await behind.close()
    }
  })

  it('is not one of two', async () => {
    const hosts = 'Host: localhost:5173\r\nHost: evil.test\r\n'
    const request = `GET /api/doctor HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`
    expect(await rawExchange(gatehouse().origin, request)).toMatch(/^HTTP\/1\.1 400 /)
    expect(gatehouse().tenant.journal.entries()).toEqual([])
  })

  it('may be written in upper case', async () => {
    expect((await ask({ host: 'LOCALHOST:5173' })).status).toBe(200)
  })

  it('leaves the right host all of its looks', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await refusal({ host: 'evil.test' })).toEqual(elsewhere)
    }
    expect((await ask()).status).toBe(200)
  })

  it.each([
    ['http://localhost', '80', '443'],
    ['https://localhost', '443', '80'],
  ])('may have the port of %s left out or written', async (publicUrl, port, other) => {
    const plain = await startGatehouse({ config: { publicUrl } })
    try {
      expect(await refusal({ host: `localhost:${other}` }, plain)).toEqual({
        detail: `The doctor is at ${publicUrl}/doctor only.`,
        asked: 0,
      })
      expect((await ask({ host: 'localhost' }, plain)).status).toBe(200)
      expect((await ask({ host: `localhost:${port}` }, plain)).status).toBe(200)
    } finally {
      await plain.close()
    }
  })
})

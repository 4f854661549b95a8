import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { writeKeyPair } from '../support/key-pairs.ts'
import { localTenant } from '../../src/config/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-days-'))
const dayMs = 24 * 3600_000
let gatehouse: Gatehouse | undefined

afterEach(() => gatehouse?.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inDays = (days: number) => new Date(Date.now() + (days + 0.5) * dayMs).toISOString()

async function startWith(config: Record<string, unknown>): Promise<Gatehouse> {
  gatehouse = await startGatehouse({ config })
  return gatehouse
}

function lines({ logs }: Gatehouse): Record<string, unknown>[] {
  const all = logs.map((line) => JSON.parse(line) as Record<string, unknown>)
  return all.filter(({ event }) => event === 'credential')
}

async function readiness(of: Gatehouse): Promise<unknown> {
  await vi.waitFor(() => expect(lines(of).length).toBeGreaterThan(0))
  return (await of.browser().get('/readyz')).json()
}

describe('the days left of the credential', () => {
  it.each([
    [300, 30, undefined],
    [29, 40, ['credential']],
    [6, 50, ['credential']],
  ])('are in the log at the start, and on /readyz: %i', async (days, level, warnings) => {
    const app = await startWith({ clientSecretExpires: inDays(days) })
    expect(await readiness(app)).toEqual({
      status: 'ready',
      credentialDaysLeft: days,
      ...(warnings && { warnings }),
    })
    expect(lines(app)).toMatchObject([{ level, daysLeft: days, setting: 'clientSecret' }])
  })

  it('are unknown if no end date is configured', async () => {
    const app = await startWith({})
    expect(await readiness(app)).toEqual({ status: 'ready' })
  })

  it('are counted for the credential that lasts longest, with a warning about an older one', async () => {
    const secretFile = join(folder, 'secret')
    writeFileSync(secretFile, localTenant.clientSecret, { mode: 0o600 })
    const pair = await writeKeyPair({ folder, endsAt: Date.now() + 100.5 * dayMs })
    const { certificateFile, privateKeyFile } = pair
    const app = await startWith({
      clientSecret: undefined,
      credentials: [
        { secretFile, expires: inDays(3) },
        { certificate: { certificateFile, privateKeyFile } },
      ],
    })
    expect(await readiness(app)).toEqual({ status: 'ready', credentialDaysLeft: 100 })
    expect(lines(app)).toMatchObject([
      { level: 40, daysLeft: 3, kind: 'secret_file' },
      { level: 30, daysLeft: 100, kind: 'certificate' },
    ])
  })

  it('are logged again every day', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const app = await startWith({ clientSecretExpires: inDays(20) })
      await vi.waitFor(() => expect(lines(app)).toHaveLength(1))
      vi.advanceTimersByTime(dayMs)
      await vi.waitFor(() => expect(lines(app)).toHaveLength(2))
    } finally {
      vi.useRealTimers()
    }
  })
})

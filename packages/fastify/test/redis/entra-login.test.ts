import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startRedis, type RedisServer } from '@gatehouse/test-support/redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodKey, ownTenant } from '../support/config-folder.ts'
import { startIdentityEndpoint, type IdentityEndpoint } from '../support/identity-endpoint.ts'

const program = join(import.meta.dirname, '../support/entra-store-program.ts')
const run = promisify(execFile)

let folder: string
let redis: RedisServer
let endpoint: IdentityEndpoint
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-entra-store-'))
  writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(ownTenant))
  redis = await startRedis()
})
afterEach(async () => {
  await endpoint.close()
  await redis.dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function statistics() {
  const info = String(await redis.command('INFO', 'everything'))
  const number = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? 0)
  return {
    auth: number(/cmdstat_auth:calls=(\d+)/),
    rejected: number(/errorstat_WRONGPASS:count=(\d+)/),
  }
}

/** Runs a process that uses the store once a second. @returns whether each use worked */
async function useStore(seconds: number, env: Record<string, string>): Promise<unknown> {
  const { stdout } = await run(process.execPath, [program, String(seconds)], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      SESSION_KEYS: goodKey,
      STORE_URL: redis.url,
      STORE_AUTH: 'entra',
      ...env,
    },
  })
  return JSON.parse(stdout)
}

describe('with STORE_AUTH=entra, the token of the managed identity is the password', () => {
  it.each([
    [
      'a virtual machine',
      () => ({ MANAGED_IDENTITY_URL: endpoint.url }),
      { path: '/metadata/identity/oauth2/token', header: 'true' },
    ],
    [
      'App Service and Container Apps',
      () => ({
        IDENTITY_ENDPOINT: `${endpoint.url}/msi/token`,
        IDENTITY_HEADER: 'header-of-the-app',
      }),
      { path: '/msi/token', header: 'header-of-the-app' },
    ],
  ])('at the identity endpoint of %s', async (_where, env, expected) => {
    endpoint = await startIdentityEndpoint(redis, 3600)
    expect(await useStore(1, env())).toEqual([true])
    expect(endpoint.asked.length).toBeGreaterThan(0)
    for (const asked of endpoint.asked) {
      expect(asked).toMatchObject({ ...expected, resource: 'https://redis.azure.com' })
    }
    expect((await statistics()).rejected).toBe(0)
  })

  it('which is renewed before it ends, by AUTH on the connection that is open', async () => {
    endpoint = await startIdentityEndpoint(redis, 6)
    expect(await useStore(9, { MANAGED_IDENTITY_URL: endpoint.url })).toEqual(
      Array.from({ length: 9 }, () => true),
    )
    const { auth, rejected } = await statistics()
    expect([auth > 0, rejected]).toEqual([true, 0])
    const tokens = endpoint.asked.length
    expect(tokens).toBeGreaterThan(2)
  })
})

/** Apps that register the package themselves, by its exports only, on a local tenant. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Config, loadConfig, serverOptions } from '@gatehouse/fastify'
import { createTenant, localClient, type Tenant } from '@gatehouse/tenant/testing'

export interface OwnApps {
  tenant: () => Tenant
  config: () => Config
  /** Without the plugin. Closed after the test. */
  newApp: () => FastifyInstance
}

/** One tenant and one configuration for all tests of a file. */
export function useOwnApps(publicUrl: string): OwnApps {
  let folder: string
  let tenant: Tenant
  let config: Config
  const apps: FastifyInstance[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
    tenant = await createTenant()
    const file = {
      tenant: tenant.tenantId,
      clientId: localClient.clientId,
      clientSecret: localClient.secrets[0],
      authority: tenant.authority,
      publicUrl,
      scopes: ['User.ReadBasic.All'],
      downstreamApis: { graph: { baseUrl: tenant.graphUrl, scopes: ['User.ReadBasic.All'] } },
    }
    writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(file), { mode: 0o600 })
    config = loadConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent' }, folder)
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })

  afterAll(async () => {
    await tenant.close()
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    tenant: () => tenant,
    config: () => config,
    newApp: () => {
      const app: FastifyInstance = Fastify(serverOptions(config))
      apps.push(app)
      return app
    },
  }
}

/** The whole app for a test: a local tenant and a back end on free ports, a store in a folder of its own, a clock that can be moved. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTenant, type Tenant, type TenantOptions } from '@gatehouse/tenant/tenant'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { loadConfig, localTenant } from '../../src/config/index.ts'
import type { BuiltWeb } from '../../src/plugins/web.ts'
import { createBrowser, type Browser } from './browser.ts'

export interface GatehouseOptions {
  tenant?: TenantOptions
  /** Keys of aad.config.json to change. */
  config?: Record<string, unknown>
  /** Environment variables on top. */
  env?: Record<string, string>
  built?: BuiltWeb
  /** The tenant goes by the app's clock, so that both can be moved by hours. */
  oneClock?: boolean
}

export interface Gatehouse {
  tenant: Tenant
  app: FastifyInstance
  /** Where the app listens. */
  origin: string
  publicUrl: string
  dataDir: string
  /** Every log line so far. */
  logs: string[]
  /** Moves the app's clock (the tenant's only with `oneClock`) on by milliseconds. */
  advance(ms: number): void
  browser(): Browser
  /** Ends the back end and starts it again on the same store, as after a deploy. */
  restart(): Promise<void>
  close(): Promise<void>
}

export const publicUrl = 'http://localhost:5173'

export async function startGatehouse(options: GatehouseOptions = {}): Promise<Gatehouse> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  let offset = 0
  const now = () => Date.now() + offset
  const tenant = await createTenant({ ...(options.oneClock && { now }), ...options.tenant })
  const logs: string[] = []
  const config = () => loadConfig(environmentOf(tenant, dataDir, options), dataDir)

  async function start(): Promise<FastifyInstance> {
    const app = await buildApp(config(), {
      now,
      built: options.built,
      logStream: { write: (line) => void logs.push(line) },
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app
  }

  let app = await start()
  const gatehouse: Gatehouse = {
    tenant,
    logs,
    dataDir,
    publicUrl: config().publicUrl,
    get app() {
      return app
    },
    get origin() {
      return app.listeningOrigin
    },
    advance: (ms) => {
      offset += ms
    },
    browser: () => createBrowser(app.listeningOrigin, gatehouse.publicUrl),
    restart: async () => {
      await app.close()
      app = await start()
    },
    close: async () => {
      await app.close()
      await tenant.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return gatehouse
}

function environmentOf(tenant: Tenant, dataDir: string, options: GatehouseOptions) {
  const file = {
    tenant: tenant.tenantId,
    clientId: localTenant.clientId,
    clientSecret: localTenant.clientSecret,
    authority: tenant.authority,
    publicUrl,
    scopes: ['User.ReadBasic.All'],
    downstreamApis: { graph: { baseUrl: tenant.graphUrl, scopes: ['User.ReadBasic.All'] } },
    ...options.config,
  }
  const path = join(dataDir, 'aad.config.json')
  writeFileSync(path, JSON.stringify(file))
  return { AAD_CONFIG: path, DATA_DIR: dataDir, LOG_LEVEL: 'trace', ...options.env }
}

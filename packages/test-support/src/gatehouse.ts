/** Starts the whole app for a test: a local tenant and a back end on free ports, its own store, and a clock that can be moved. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '@gatehouse/bff/app'
import type { WebBuild } from '@gatehouse/fastify'
import { loadConfig, localTenant } from '@gatehouse/fastify/config'
import { createTenant, type Tenant, type TenantOptions } from '@gatehouse/tenant'
import { createBrowser, people, type Browser } from '@gatehouse/tenant/testing'
import type { FastifyInstance } from 'fastify'
import type { RedisServer } from './redis.ts'
import { startStore } from './started-store.ts'
import type { SharedStoreKind, Stored } from './stored.ts'

export interface GatehouseOptions {
  tenant?: TenantOptions
  /** Keys of aad.config.json to change. */
  config?: Record<string, unknown>
  /** The same for keys that need the tenant's addresses. */
  configFor?: (tenant: Tenant) => Record<string, unknown>
  /** Environment variables on top. */
  env?: Record<string, string>
  built?: WebBuild
  /** How long a page waits for its data, in ms; as in production by default. */
  firstAnswersMs?: number
  /** The tenant uses the app's clock, so that both can be moved by hours. */
  oneClock?: boolean
  /** The session store; default: a SQLite file. */
  store?: SharedStoreKind
  /** Adds routes of the test's own before the app listens. */
  extend?: (app: FastifyInstance) => void
}

/** One back end of several on the same store. */
export interface Instance {
  app: FastifyInstance
  origin: string
  /** @param like a browser whose cookies are used; default: no cookies */
  browser(like?: Browser): Browser
  close(): Promise<void>
}

export interface Gatehouse {
  tenant: Tenant
  app: FastifyInstance
  /** The address that the app listens on. */
  origin: string
  publicUrl: string
  dataDir: string
  /** The environment variables that it was started with. */
  environment: Record<string, string>
  storeUrl: string
  /** The content of the store. */
  stored: Stored
  /** The one Redis behind it. @throws Error if there is none, or a cluster */
  redis: RedisServer
  /** Every log line so far. */
  logs: string[]
  /** The app's clock, milliseconds since the epoch. */
  now(): number
  /** Moves the app's clock (the tenant's only with `oneClock`) on by milliseconds. */
  advance(ms: number): void
  browser(): Browser
  /** A browser in which a person has signed in: the one at this place of the directory; default: the first. */
  signedIn(place?: number): Promise<Browser>
  /**
   * Ends the back end and starts it again on the same store, as after a deploy.
   *
   * @param env environment variables to change from now on
   */
  restart(env?: Record<string, string>): Promise<void>
  /** Starts one more back end on the same store; `close` ends it as well. */
  startSecondInstance(): Promise<Instance>
  close(): Promise<void>
}

const sessionKeys = randomBytes(32).toString('base64')

export const publicUrl = 'http://localhost:5173'

export async function startGatehouse(options: GatehouseOptions = {}): Promise<Gatehouse> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  let offset = 0
  const now = () => Date.now() + offset
  const tenant = await createTenant({
    ...(options.oneClock && { now }),
    // Entra's day would be longer than the sessions of most tests.
    challengeableLifetime: 3900,
    ...options.tenant,
  })
  const logs: string[] = []
  const store = await startStore(options.store ?? 'sqlite', dataDir)
  const { redis } = store
  let changed: Record<string, string> = store.env
  const environment = () => ({ ...environmentOf(tenant, dataDir, options), ...changed })
  const config = () => loadConfig(environment(), dataDir)
  const others: FastifyInstance[] = []

  async function start(): Promise<FastifyInstance> {
    const started = await buildApp(config(), {
      now,
      webBuild: options.built,
      firstAnswersMs: options.firstAnswersMs,
      logStream: { write: (line) => void logs.push(line) },
    })
    options.extend?.(started)
    await started.listen({ host: '127.0.0.1', port: 0 })
    return started
  }

  let app = await start()
  const gatehouse: Gatehouse = {
    tenant,
    logs,
    dataDir,
    publicUrl: config().publicUrl,
    storeUrl: config().storeUrl,
    get environment() {
      return environment()
    },
    stored: store.stored,
    get redis() {
      if (!redis) throw new Error('This test has no single Redis')
      return redis
    },
    get app() {
      return app
    },
    get origin() {
      return app.listeningOrigin
    },
    now,
    advance: (ms) => {
      offset += ms
    },
    browser: () => createBrowser(app.listeningOrigin, gatehouse.publicUrl),
    signedIn: async (place) => {
      const browser = gatehouse.browser()
      const user = place === undefined ? undefined : people(tenant).at(place).userPrincipalName
      await browser.signIn({ ...(user && { user }) })
      return browser
    },
    restart: async (env = {}) => {
      changed = { ...changed, ...env }
      await app.close()
      app = await start()
    },
    startSecondInstance: async () => {
      const other = await start()
      others.push(other)
      const origin = other.listeningOrigin
      return {
        app: other,
        origin,
        browser: (like) => createBrowser(origin, gatehouse.publicUrl, like?.jar),
        close: () => other.close(),
      }
    },
    close: async () => {
      await Promise.all([app, ...others].map((one) => one.close()))
      await tenant.close()
      await store.dispose()
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
    ...options.configFor?.(tenant),
  }
  const path = join(dataDir, 'aad.config.json')
  writeFileSync(path, JSON.stringify(file))
  // Where several instances could run, the app makes no key of its own.
  const mayBeShared =
    options.store?.startsWith('redis') === true || file.publicUrl.startsWith('https:')
  const needsKeys = mayBeShared && options.env?.['SESSION_KEYS_FILE'] === undefined
  return {
    AAD_CONFIG: path,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    ...(needsKeys && { SESSION_KEYS: sessionKeys }),
    ...options.env,
  }
}

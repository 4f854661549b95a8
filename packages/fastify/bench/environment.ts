/** The environment of the measured processes: a local tenant, a stub Graph, a folder and keys. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTenant, type Tenant } from '@gatehouse/tenant'
import { createBrowser, localClient } from '@gatehouse/tenant/testing'
import { localTenant } from '../src/config/index.ts'
import { startStubGraph, type StubGraph } from './stub-graph.ts'

export const publicUrl = 'http://localhost:5173'

export interface BenchEnvironment {
  tenant: Tenant
  graph: StubGraph
  folder: string
  env: NodeJS.ProcessEnv
  end(): Promise<void>
}

export interface BenchOptions {
  /** The delay of the stub Graph's answers, ms. */
  graphDelayMs?: number
  /** A Graph that is running already, and that the caller ends. */
  graphUrl?: string
  rateLimits?: { perAddress: number; perSession: number }
  /** The address that the app's cookies belong to; the usual one of development by default. */
  publicUrl?: string
  /** Paths of the public address to which the tenant sends the browser back, besides Gatehouse's. */
  callbacks?: readonly string[]
}

/** High enough for any load: the counters run, and never refuse. */
const noLimits = { perAddress: 100_000_000, perSession: 100_000_000 }

export async function prepare(options: BenchOptions = {}): Promise<BenchEnvironment> {
  const { graphDelayMs = 0, rateLimits = noLimits, callbacks = [] } = options
  const { publicUrl: address = publicUrl } = options
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const redirectUris = [
    ...localClient.web.redirectUris,
    ...['/auth/redirect', ...callbacks].map((path) => `${address}${path}`),
  ]
  const tenant = await createTenant({ clients: [{ ...localClient, web: { redirectUris } }] })
  const graph = await startStubGraph(graphDelayMs)
  const graphUrl = options.graphUrl ?? graph.url
  const scopes = ['User.ReadBasic.All']
  const path = join(folder, 'aad.config.json')
  const config = {
    tenant: tenant.tenantId,
    clientId: localTenant.clientId,
    clientSecret: localTenant.clientSecret,
    authority: tenant.authority,
    publicUrl: address,
    scopes,
    rateLimits,
    downstreamApis: { graph: { baseUrl: graphUrl, scopes } },
  }
  writeFileSync(path, JSON.stringify(config))
  return {
    tenant,
    graph,
    folder,
    env: {
      AAD_CONFIG: path,
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
      GRAPH_BASE_URL: graphUrl,
      SESSION_KEYS: randomBytes(32).toString('base64'),
    },
    end: async () => {
      await tenant.close()
      graph.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Signs a user in, by default the tenant's first. @returns the Cookie header for requests */
export async function signedIn(origin: string, user?: string): Promise<string> {
  const browser = createBrowser(origin, publicUrl)
  const answer = await browser.signIn(user === undefined ? {} : { user })
  if (answer.location !== '/') throw new Error(`sign-in ended at ${answer.location}`)
  return browser.cookieHeader()
}

/** What the measured processes run with: a local tenant, a stub Graph, a folder and keys of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTenant, type Tenant } from '@gatehouse/tenant/tenant'
import { createBrowser } from '../test/support/browser.ts'
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

export async function prepare(graphDelayMs = 0): Promise<BenchEnvironment> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const tenant = await createTenant()
  const graph = await startStubGraph(graphDelayMs)
  const scopes = ['User.ReadBasic.All']
  const path = join(folder, 'aad.config.json')
  const config = {
    tenant: tenant.tenantId,
    clientId: localTenant.clientId,
    clientSecret: localTenant.clientSecret,
    authority: tenant.authority,
    publicUrl,
    scopes,
    // Load is what is measured here: the counters run, and never say stop.
    rateLimits: { perAddress: 100_000_000, perSession: 100_000_000 },
    downstreamApis: { graph: { baseUrl: graph.url, scopes } },
  }
  writeFileSync(path, JSON.stringify(config))
  return {
    tenant,
    graph,
    folder,
    env: { AAD_CONFIG: path, DATA_DIR: folder, LOG_LEVEL: 'warn', GRAPH_BASE_URL: graph.url },
    end: async () => {
      await tenant.close()
      graph.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Signs a user in. @returns the Cookie header for requests */
export async function signedIn(origin: string): Promise<string> {
  const browser = createBrowser(origin, publicUrl)
  const answer = await browser.signIn()
  if (answer.location !== '/') throw new Error(`sign-in ended at ${answer.location}`)
  return browser.cookieHeader()
}

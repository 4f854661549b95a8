/** What the processes of one test share: a local tenant, a configuration, keys, and a temporary folder. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTenant, localClient, type Tenant } from '@gatehouse/tenant'
import { freePort } from '@gatehouse/tenant/testing'
import requireBuild from '../require-build.ts'
import { hasStarted, type Instance, startInstance } from './instance.ts'

export interface Deployment {
  tenant: Tenant
  publicUrl: string
  folder: string
  /** Starts `bff/dist/server.js` and waits until it answers. @param env additional variables */
  start(env?: Record<string, string>): Promise<Instance>
  /** The environment of an instance, without a port. */
  env: Record<string, string>
  /** Registers a function that runs at the end of the deployment; the last one runs first. */
  onEnd(work: () => unknown): void
  end(): Promise<void>
}

export interface DeploymentOptions {
  publicUrl?: string
  /** The scopes of the sign-in and of Graph. */
  scopes?: string[]
  /** Keys of aad.config.json to change. */
  config?: Record<string, unknown>
  env?: Record<string, string>
  /** The number of users in the directory; 250 if it is not given. */
  users?: number
}

export async function prepareDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  requireBuild()
  const { publicUrl = 'http://localhost:5173', scopes = ['User.ReadBasic.All'] } = options
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-instances-'))
  const redirectUris = [`${publicUrl}/auth/redirect`, `${publicUrl}/signed-out`]
  const tenant = await createTenant({
    clients: [{ ...localClient, web: { redirectUris } }],
    ...(options.users !== undefined && { users: options.users }),
  })
  const atEnd: (() => unknown)[] = [
    () => rmSync(folder, { recursive: true, force: true }),
    () => tenant.close(),
  ]
  const config = {
    tenant: tenant.tenantId,
    clientId: localClient.clientId,
    clientSecret: localClient.secrets[0],
    authority: tenant.authority,
    publicUrl,
    scopes,
    downstreamApis: { graph: { baseUrl: tenant.graphUrl, scopes } },
    ...options.config,
  }
  const path = join(folder, 'aad.config.json')
  writeFileSync(path, JSON.stringify(config))
  const env = {
    AAD_CONFIG: path,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'warn',
    SESSION_KEYS: randomBytes(32).toString('base64'),
    ...options.env,
  }

  return {
    tenant,
    publicUrl,
    folder,
    env,
    start: async (more = {}) => {
      const port = await freePort()
      const instance = startInstance(port, publicUrl, { ...env, ...more })
      atEnd.push(() => instance.end('SIGKILL'))
      await hasStarted(instance)
      return instance
    },
    onEnd: (work) => void atEnd.push(work),
    end: async () => {
      for (const work of atEnd.toReversed()) await work()
    },
  }
}

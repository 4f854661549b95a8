/** A separate app behind https, at a site of its own, and a browser with device-bound sessions for each test. */
import { test as base } from '@playwright/test'
import { freePort } from '@gatehouse/tenant/testing'
import { launchBoundBrowser, type BoundBrowser } from './bound-browser.ts'
import { makeCertificate, publicKeyHash } from './certificate.ts'
import { startHttpsFront, type HttpsFront } from './https-front.ts'
import { prepareDeployment, type Deployment } from './instances/deployment.ts'
import type { Instance } from './instances/instance.ts'

export interface BoundGatehouse {
  /** Its `publicUrl` is that of the front. */
  deployment: Deployment
  /** Each answers a request in turn. */
  instances: readonly Instance[]
  /** What the browser sends, and what it gets. */
  front: HttpsFront
  /** For `launchBoundBrowser`. */
  publicKeyHash: string
}

const host = 'app.test'

/**
 * Starts the built app behind https at `https://app.test:PORT`. The deployment's end ends all of it.
 *
 * @param config keys of aad.config.json to change
 * @param count of processes, with one store
 */
async function startBoundGatehouse(
  config: Record<string, unknown> = {},
  count = 1,
): Promise<BoundGatehouse> {
  const port = await freePort()
  const publicUrl = `https://${host}:${port}`
  const env = { TRUSTED_PROXIES: '127.0.0.1/32' }
  const deployment = await prepareDeployment({ publicUrl, config, env })
  try {
    const files = makeCertificate(deployment.folder, [host])
    const instances: Instance[] = []
    while (instances.length < count) instances.push(await deployment.start())
    const upstreams = instances.map((instance) => instance.port)
    const front = await startHttpsFront(files, upstreams, port)
    deployment.onEnd(() => front.end())
    return { deployment, instances, front, publicKeyHash: publicKeyHash(files.certificate) }
  } catch (error) {
    await deployment.end()
    throw error
  }
}

interface TestFixtures {
  /** A new profile for each test. */
  bound: BoundBrowser
}

interface WorkerFixtures {
  /** Keys of aad.config.json to change. */
  config: Record<string, unknown>
  /** The number of processes. */
  processes: number
  gatehouse: BoundGatehouse
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  config: [{}, { scope: 'worker', option: true }],
  processes: [1, { scope: 'worker', option: true }],
  gatehouse: [
    async ({ config, processes }, use) => {
      const gatehouse = await startBoundGatehouse(config, processes)
      await use(gatehouse)
      await gatehouse.deployment.end()
    },
    { scope: 'worker' },
  ],
  bound: async ({ gatehouse: { deployment, publicKeyHash: hash } }, use) => {
    const options = { publicKeyHash: hash, baseURL: deployment.publicUrl }
    const browser = await launchBoundBrowser(options)
    await use(browser)
    await browser.close()
  },
})

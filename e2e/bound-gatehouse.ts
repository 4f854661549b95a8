/** A separate app behind https, at a site of its own, and a browser with device-bound sessions for each test. */
import { test as base } from '@playwright/test'
import { freePort } from '@gatehouse/tenant/testing'
import { launchBoundBrowser, type BoundBrowser } from './bound-browser.ts'
import { makeCertificate, publicKeyHash } from './certificate.ts'
import { startHttpsFront, type HttpsFront } from './https-front.ts'
import { prepareDeployment, type Deployment } from './instances/deployment.ts'
import { hasStarted, startInstance, type Instance } from './instances/instance.ts'

export interface BoundGatehouse {
  /** Its `publicUrl` is that of the front. */
  deployment: Deployment
  instance: Instance
  /** What the browser sends, and what it gets. */
  front: HttpsFront
  /** For `launchBoundBrowser`. */
  publicKeyHash: string
}

/**
 * Starts the built app behind https at `https://HOST:PORT`. The deployment's end ends all of it.
 *
 * @param config keys of aad.config.json to change
 * @param host below `.test`
 */
export async function startBoundGatehouse(
  config: Record<string, unknown> = {},
  host = 'app.test',
): Promise<BoundGatehouse> {
  const [port, instancePort] = [await freePort(), await freePort()]
  const publicUrl = `https://${host}:${port}`
  const env = { TRUSTED_PROXIES: '127.0.0.1/32' }
  const deployment = await prepareDeployment({ publicUrl, config, env })
  try {
    const files = makeCertificate(deployment.folder, [host])
    const front = await startHttpsFront(files, instancePort, port)
    deployment.onEnd(() => front.end())
    const instance = startInstance(instancePort, publicUrl, deployment.env)
    deployment.onEnd(() => instance.end())
    await hasStarted(instance)
    return { deployment, instance, front, publicKeyHash: publicKeyHash(files.certificate) }
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
  gatehouse: BoundGatehouse
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  config: [{}, { scope: 'worker', option: true }],
  gatehouse: [
    async ({ config }, use) => {
      const gatehouse = await startBoundGatehouse(config)
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

/** A separate app and tenant for each test process, so that faults of the tenant disturb no other test. */
import { test as base } from '@playwright/test'
import type { Tenant } from '@gatehouse/tenant'
import { freePort } from '@gatehouse/tenant/testing'
import { prepareDeployment, type Deployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'

interface TestFixtures {
  /** Without faults and policies at the start of each test. */
  tenant: Tenant
}

interface WorkerFixtures {
  /** The scopes of the sign-in and of Graph. */
  scopes: string[]
  /** Keys of aad.config.json to change. */
  config: Record<string, unknown>
  deployment: Deployment
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  scopes: [['User.ReadBasic.All'], { scope: 'worker', option: true }],
  config: [{}, { scope: 'worker', option: true }],
  deployment: [
    async ({ scopes, config }, use) => {
      const port = await freePort()
      const publicUrl = `http://localhost:${port}`
      const deployment = await prepareDeployment({ publicUrl, scopes, config })
      const instance = startInstance(port, publicUrl, deployment.env)
      deployment.onEnd(() => instance.end())
      await hasStarted(instance)
      await use(deployment)
      await deployment.end()
    },
    { scope: 'worker' },
  ],
  baseURL: ({ deployment }, use) => use(deployment.publicUrl),
  tenant: async ({ deployment: { tenant } }, use) => {
    resetTenant(tenant)
    await use(tenant)
    resetTenant(tenant)
  },
})

function resetTenant(tenant: Tenant): void {
  tenant.faults.clear()
  tenant.journal.clear()
  tenant.requireAuthenticationContext('users', undefined)
  tenant.requireAdminConsent(false)
  tenant.restrictGuests(false)
}

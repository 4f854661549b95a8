/** A Gatehouse of a test process's own: what its tenant is made to do wrong disturbs no other test. */
import { test as base } from '@playwright/test'
import type { Tenant } from '@gatehouse/tenant'
import { freePort } from '@gatehouse/tenant/testing'
import { prepareDeployment, type Deployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'

interface ForTheTest {
  /** Without faults and policies at the start of each test. */
  tenant: Tenant
}

interface ForTheProcess {
  /** What the app asks for, at the sign-in and for Graph. */
  scopes: string[]
  deployment: Deployment
}

export const test = base.extend<ForTheTest, ForTheProcess>({
  scopes: [['User.ReadBasic.All'], { scope: 'worker', option: true }],
  deployment: [
    async ({ scopes }, use) => {
      const port = await freePort()
      const publicUrl = `http://localhost:${port}`
      const deployment = await prepareDeployment({ publicUrl, scopes })
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
    makeWell(tenant)
    await use(tenant)
    makeWell(tenant)
  },
})

function makeWell(tenant: Tenant): void {
  tenant.faults.clear()
  tenant.journal.clear()
  tenant.requireAuthenticationContext('users', undefined)
  tenant.requireAdminConsent(false)
  tenant.restrictGuests(false)
}

import { afterAll } from 'vitest'
import { people, type Browser } from '@gatehouse/tenant/testing'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { callRoute, startUpstream, type CallRoute, type Upstream } from './upstream.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

export interface Orders {
  gatehouse: () => Gatehouse
  /** The second API, which is called "orders". */
  upstream: Upstream
  route: CallRoute
  /** @param place of the user in the directory */
  signedIn(place?: number): Promise<Browser>
}

/**
 * One app for all tests of a file, with a second, fake downstream API.
 *
 * @param more of that API's configuration
 */
export async function useOrders(more: { displayName?: string } = {}): Promise<Orders> {
  const upstream = await startUpstream()
  const route = callRoute()
  const unlimited = 1_000_000
  const gatehouse = useTestApp({
    extend: route.extend,
    config: {
      rateLimits: { perAddress: unlimited, perSession: unlimited },
      downstreamApis: {
        graph: { baseUrl: `${upstream.url}/graph`, scopes: ['User.ReadBasic.All'] },
        orders: { ...more, baseUrl: `${upstream.url}/v2/`, scopes: ['User.ReadBasic.All'] },
      },
    },
  })
  afterAll(() => upstream.close())
  return {
    gatehouse,
    upstream,
    route,
    signedIn: async (place = 0) => {
      const browser = gatehouse().browser()
      await browser.signIn({ user: people(gatehouse().tenant).at(place).userPrincipalName })
      return browser
    },
  }
}

/** Browsers that come through the proxy, or to one instance past it. */
import { Agent, setGlobalDispatcher } from 'undici'
import { createBrowser, type Browser } from '@gatehouse/tenant/testing'

export { createBrowser } from '@gatehouse/tenant/testing'
export type { Answer, Browser } from '@gatehouse/tenant/testing'

/**
 * Every request of this test file goes over a connection of its own, so that it may meet any
 * worker, and any state of a proxy's connections.
 *
 * @param certificate what is trusted, PEM
 * @param from the local address that connections come from
 */
export function useNewConnections(certificate?: string, from?: string): void {
  setGlobalDispatcher(
    new Agent({
      pipelining: 0,
      ...(certificate !== undefined && { connect: { ca: certificate } }),
      ...(from !== undefined && { localAddress: from }),
    }),
  )
}

/** The same person, with the same cookies, at another address of the product. */
export function sameBrowser(browser: Browser, origin: string, publicUrl: string): Browser {
  return createBrowser(origin, publicUrl, browser.jar)
}

/** Whom `/api/me` answers with: the object id; the status where it is no 200. */
export async function whoAmI(browser: Browser): Promise<string | number> {
  const answer = await browser.get('/api/me')
  return answer.status === 200 ? (answer.json() as { objectId: string }).objectId : answer.status
}

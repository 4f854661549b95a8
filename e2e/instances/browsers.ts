/** Browsers that reach an instance through the proxy, or directly. */
import { Agent, setGlobalDispatcher } from 'undici'
import { createBrowser, type Browser } from '@gatehouse/tenant/testing'

export { createBrowser } from '@gatehouse/tenant/testing'
export type { Answer, Browser } from '@gatehouse/tenant/testing'

/**
 * Uses a new connection for every request, so that it may reach any instance, in any state of the proxy's
 * connections.
 *
 * @param certificate the trusted certificate, PEM
 * @param from the local address of the connections
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

/** The same user with the same cookies, at another address of the app. */
export function sameBrowser(browser: Browser, origin: string, publicUrl: string): Browser {
  return createBrowser(origin, publicUrl, browser.jar)
}

/** The object id that `/api/me` answers with; the status if it is not 200. */
export async function whoAmI(browser: Browser): Promise<string | number> {
  const answer = await browser.get('/api/me')
  return answer.status === 200 ? (answer.json() as { objectId: string }).objectId : answer.status
}

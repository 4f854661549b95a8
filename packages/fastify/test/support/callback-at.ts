import type { Answer, Browser, AppSignInOptions } from '@gatehouse/tenant/testing'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'

/** A browser that has returned from the tenant, and has not sent the callback yet. */
export interface Callback {
  browser: Browser
  /** The parameters of the callback; a test may change them. */
  query: URLSearchParams
  send: () => Promise<Answer>
}

export async function callbackAt(
  gatehouse: Gatehouse,
  options: AppSignInOptions = {},
): Promise<Callback> {
  const browser = gatehouse.browser()
  const callback = await browser.callbackFrom(await browser.startSignIn('/users'), options)
  const query = new URLSearchParams(callback.split('?')[1])
  return { browser, query, send: () => browser.get(`/auth/redirect?${query.toString()}`) }
}

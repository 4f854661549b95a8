import type { Page } from '@playwright/test'

/** A page of the app. The tenant has another host; and a preview starts no sign-in, and ends none. */
const isPage = ({ hostname, pathname }: URL) =>
  hostname === 'localhost' && !/^\/(?:api|auth)\//.test(pathname)

/**
 * Lets the pages that are opened from now on ask the API for everything: a test that answers in the API's place would not
 * see what the server sends with a page. It sends nothing with a preview.
 */
export async function askForEverything(page: Page): Promise<void> {
  await page.route(isPage, async (route, request) => {
    if (request.resourceType() !== 'document') return route.fallback()
    return route.fallback({ headers: { ...(await request.allHeaders()), 'x-purpose': 'preview' } })
  })
}

/** Changes the JSON of an API's real answer on its way to the page. */
export async function changeAnswers(
  page: Page,
  path: string,
  change: (json: unknown) => unknown,
): Promise<void> {
  await changeTexts(
    page,
    (url) => url.pathname === path,
    async (text) => JSON.stringify(await change(JSON.parse(text))),
  )
}

/** Changes the text of real answers on their way to the page. */
export async function changeTexts(
  page: Page,
  which: (url: URL) => boolean,
  change: (text: string) => string | Promise<string>,
): Promise<void> {
  await askForEverything(page)
  await page.route(which, async (route) => {
    try {
      const response = await route.fetch()
      await route.fulfill({ response, body: await change(await response.text()) })
    } catch {
      // The page has cancelled the request, has navigated meanwhile, or is closed.
      await route.abort().catch(() => undefined)
    }
  })
}

import type { Page } from '@playwright/test'

/** Changes the JSON of an API's real answer on its way to the page. */
export async function changeAnswers(
  page: Page,
  path: string,
  change: (json: unknown) => unknown,
): Promise<void> {
  await page.route(
    (url) => url.pathname === path,
    async (route) => {
      try {
        const response = await route.fetch()
        await route.fulfill({ response, json: change(await response.json()) })
      } catch {
        // The page has cancelled the request, has navigated meanwhile, or is closed.
        await route.abort().catch(() => undefined)
      }
    },
  )
}

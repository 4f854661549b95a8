import { expect, type Page } from '@playwright/test'

/**
 * Opens a page whose data comes with it. On a busy machine Graph may take longer than the server waits, which then tries
 * it again after a pause.
 *
 * @returns what the page requested until it was idle
 */
export async function openWithData(page: Page, path: string): Promise<URL[]> {
  const urls: URL[] = []
  page.on('request', (request) => urls.push(new URL(request.url())))
  await expect(async () => {
    urls.length = 0
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    expect(apiPaths(urls)).toEqual([])
  }).toPass({ timeout: 45_000, intervals: [11_000] })
  page.removeAllListeners('request')
  return urls
}

/** The paths of the API, but for what comes after the first view: photos, the next page, and parts for developers. */
export function apiPaths(urls: readonly URL[]): string[] {
  return urls
    .filter(({ searchParams }) => !searchParams.has('cursor'))
    .map(({ pathname }) => pathname)
    .filter((path) => /^\/api\/(?!development$|.*\/photo$)/.test(path))
}

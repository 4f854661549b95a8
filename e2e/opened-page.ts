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

/**
 * Measures how far content moves while a page loads. Call it before the page is opened.
 *
 * @returns what adds up the layout shifts of the page that is open (1: all of the screen by its own height)
 */
export async function layoutShift(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts: number[] = []
    Reflect.set(globalThis, 'shifts', shifts)
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push(Number(Reflect.get(entry, 'value')))
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () =>
    page.evaluate(() =>
      (Reflect.get(globalThis, 'shifts') as number[]).reduce((sum, value) => sum + value, 0),
    )
}

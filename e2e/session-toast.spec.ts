/** The warning before the end of a session, on the local tenant: it covers neither the bar nor the notice. */
import { expect, test, type Locator } from '@playwright/test'
import { passingTime } from './passing-time.ts'
import { signIn } from './visitor.ts'

type Box = { x: number; y: number; width: number; height: number }

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

async function boxesOf(elements: Locator): Promise<Box[]> {
  const boxes = await Promise.all((await elements.all()).map((one) => one.boundingBox()))
  return boxes.filter((box) => box !== null)
}

test('the warning before the end covers no bar, and no bar covers it', async ({ page }) => {
  await signIn(page, 3)
  const time = await passingTime(page)
  await page.goto('/claims')
  await time.pass(55 * 60_000 + 1000)
  const toast = page.getByRole('region', { name: 'Session', exact: true })
  for (const [width, height] of [
    [1280, 800],
    [1100, 700],
    [720, 450],
    [390, 760],
    [320, 480],
  ] as const) {
    await page.setViewportSize({ width, height })
    for (const top of [0, 400]) {
      await page.evaluate((y) => window.scrollTo(0, y), top)
      await expect(toast).toBeInViewport({ ratio: 1 })
      const [box] = await boxesOf(toast)
      if (!box) throw new Error('The warning has no box')
      const bars = await boxesOf(page.locator('header.bar, aside[aria-label="Notice"]'))
      expect(bars.length).toBeGreaterThan(0)
      const covered = bars.filter((bar) => overlap(box, bar))
      expect(covered, `at ${width} × ${height}, scrolled to ${top}`).toEqual([])
    }
  }
})

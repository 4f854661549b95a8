/** Accessibility by axe, without asking twice what neither theme nor width can change (a page takes it seconds), and what is announced. */
import type { Page } from '@playwright/test'
import axe, { type RunOptions } from 'axe-core'

const aboutColours = ['color-contrast', 'link-in-text-block']
const aboutWidth = [...aboutColours, 'scrollable-region-focusable', 'region', 'label']

/**
 * The violations of what is shown: all rules in the light theme on a wide window, those that depend on colours in the
 * dark theme, and on a phone those that depend on the width or on colours.
 *
 * @param colorScheme the theme that is shown; without it all rules are asked
 * @returns for each, the rule and the first element
 */
export async function violationsOf(page: Page, colorScheme?: 'light' | 'dark'): Promise<string[]> {
  const width = page.viewportSize()?.width ?? 1280
  // Describing the hundreds of elements that are right takes half of the time.
  const options: RunOptions = { resultTypes: ['violations'] }
  if (colorScheme !== undefined && width < 640) options.runOnly = aboutWidth
  else if (colorScheme === 'dark') options.runOnly = aboutColours
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return page.evaluate(async (asked) => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe }
    const { violations } = await inPage.run(asked)
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  }, options)
}

/** Hears what screen readers are told from now on. @returns what gives all of it, in order */
export async function announcements(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const region = document.getElementById('announcements')
    const heard: string[] = []
    Reflect.set(globalThis, 'heard', heard)
    const note = () => heard.push(region?.textContent ?? '')
    if (region) new MutationObserver(note).observe(region, { childList: true, subtree: true })
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'heard') as string[])
}

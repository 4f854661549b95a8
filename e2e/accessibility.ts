/** Accessibility by axe, without asking twice what neither theme nor width can change: a page takes it seconds. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

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
  // In its other mode it opens a page of its own each time, for frames of other origins: half of the time, and no page has any.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const width = page.viewportSize()?.width ?? 1280
  if (colorScheme !== undefined && width < 640) axe.withRules(aboutWidth)
  else if (colorScheme === 'dark') axe.withRules(aboutColours)
  const { violations } = await axe.analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}

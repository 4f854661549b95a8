/** Every page, in both themes and on a phone: no accessibility violation, nothing that the content security policy had to stop. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { signIn } from './visitor.ts'

const states = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 390 },
] as const

/** Collects what the browser complains about: policy violations, errors of scripts, failed assertions of ours. */
async function complaints(page: Page): Promise<string[]> {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`${page.url()}: ${message.text()}`)
  })
  await page.exposeFunction('reportViolation', (text: string) => found.push(text))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const binding = globalThis as unknown as { reportViolation: (text: string) => void }
      binding.reportViolation(`${violatedDirective} ${blockedURI}`)
    })
  })
  return found
}

async function expectSound(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, `${path} scrolls sideways`).toBe(0)
}

for (const [index, { colorScheme, width }] of states.entries()) {
  test(`HD01 pages are sound, ${colorScheme} at ${width} px`, async ({ page }) => {
    // Axe alone takes two seconds a page on a busy machine.
    test.setTimeout(120_000)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    const found = await complaints(page)

    for (const path of ['/', '/claims', '/signed-out', '/sign-in-problem?code=expired&id=x']) {
      await expectSound(page, path)
    }
    await signIn(page, 4 + index)
    for (const path of ['/', '/claims', '/claims?view=json', '/users', '/users?q=zzzz']) {
      await expectSound(page, path)
    }
    expect(found).toEqual([])
  })
}

import type { Page } from '@playwright/test'

/** Counts the violations of the content security policy. Escaped text causes none. */
export async function countViolations(page: Page): Promise<() => number> {
  let count = 0
  await page.exposeFunction('noteViolation', () => (count += 1))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', () => {
      const binding = globalThis as unknown as { noteViolation: () => void }
      binding.noteViolation()
    })
  })
  return () => count
}

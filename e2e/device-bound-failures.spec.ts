/** What a bound session's page does while its browser can make no proof, and afterwards. */
import { expect, type Page } from '@playwright/test'
import { auth } from '@gatehouse/shared/paths'
import { launchBoundBrowser } from './bound-browser.ts'
import { test } from './bound-gatehouse.ts'
import type { Answer } from './https-front.ts'
import { ask, deviceCookie, sessionOf, signInBound, watch } from './bound-visitor.ts'

const refused = '401 device_proof_required'
const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' })
const signInAgain = (page: Page) =>
  page.getByRole('main').getByRole('link', { name: 'Sign in again' })
const users = (page: Page) => page.getByRole('table', { name: 'Users' }).getByRole('row')

const failures: [what: string, answer: Answer, skipped: string][] = [
  ['is answered by 503', { status: 503 }, 'server_error'],
  ['gets no answer', 'drop', 'unreachable'],
]

for (const [index, [what, answer, skipped]] of failures.entries()) {
  test(
    `a page whose refresh ${what} goes on when it works again, without a sign-in`,
    { tag: '@thorough' },
    async ({ bound, gatehouse: { front } }) => {
      const { page } = bound
      await signInBound(bound, index)
      const seen = watch(front)
      const heal = front.answer(auth.deviceRefresh, () => answer)
      try {
        await page.goto('about:blank')
        await bound.expire(deviceCookie)
        await page.goto('/users')
        await expect(tryAgain(page)).toBeVisible()
        await expect(signInAgain(page)).toBeVisible()
        expect(await ask(page)).toBe(refused)
      } finally {
        heal()
      }
      const reasons = seen.since().map(({ headers }) => headers['secure-session-skipped'])
      expect(reasons.some((reason) => String(reason).startsWith(skipped))).toBe(true)
      // The browser waits between its attempts.
      await expect(async () => {
        if (await tryAgain(page).isVisible()) await tryAgain(page).click()
        await expect(users(page).nth(5)).toBeVisible({ timeout: 2000 })
      }).toPass({ timeout: 30_000 })
      expect(await ask(page)).toBe('200')
      expect(await sessionOf(page)).toMatchObject({ signedIn: true, deviceBound: true })
      expect((await bound.sessions()).length).toBe(1)
      expect(seen.at(auth.device)).toEqual([])
      expect(seen.since().some(({ path }) => path.startsWith(auth.signIn))).toBe(false)
    },
  )
}

test(
  'a page whose browser may make no more proofs says so, and a new sign-in helps',
  { tag: '@thorough' },
  async ({ gatehouse: { deployment, front, publicKeyHash } }) => {
    const baseURL = deployment.publicUrl
    const bound = await launchBoundBrowser({ publicKeyHash, baseURL, quota: true })
    const { page } = bound
    try {
      await signInBound(bound, 2)
      const answers: string[] = []
      while (answers.length < 7 && answers.at(-1) !== refused) {
        await bound.expire(deviceCookie)
        answers.push(await ask(page))
      }
      // Six signatures in nine minutes, the registration's among them.
      expect(answers).toEqual(['200', '200', '200', '200', '200', refused])
      const seen = watch(front)
      await page.goto('/users')
      await expect(tryAgain(page)).toBeVisible()
      const reasons = seen.since().map(({ headers }) => headers['secure-session-skipped'])
      expect(reasons.some((reason) => String(reason).startsWith('quota_exceeded'))).toBe(true)
      await tryAgain(page).click()
      await expect(page.getByRole('alert')).toBeVisible()

      await signInAgain(page).click()
      // Microsoft still knows the user.
      await expect(users(page).nth(5)).toBeVisible()
      expect(await sessionOf(page)).toMatchObject({ signedIn: true, deviceBound: false })
    } finally {
      await bound.close()
    }
  },
)

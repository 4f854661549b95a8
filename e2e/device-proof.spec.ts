/** What a page shows of a session that is bound to a device, and of one that this browser has not proven. */
import { expect, test, type Page } from '@playwright/test'
import { announcements, violationsOf } from './accessibility.ts'
import { changeAnswers } from './change-answers.ts'
import { answerWithProblem } from './problem-answers.ts'
import { beSignedIn } from './signed-in.ts'

const unconfirmed = 'We couldn’t confirm this device'
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' })
const main = (page: Page) => page.getByRole('main')

type Kind = 'missing' | 'unsupported' | 'proven'

/** Has the server keep the session back, until it is proven. */
async function keepBack(page: Page, kind: () => Kind): Promise<void> {
  await changeAnswers(page, '/api/session', (json) => {
    const session = json as { development: boolean; now: string }
    const deviceProof = kind()
    if (deviceProof === 'proven') return session
    const { development, now } = session
    return { signedIn: false, deviceProof, development, now }
  })
}

test.beforeEach(({ page }) => beSignedIn(page))

test('a page says that this device is not confirmed, and goes on once it is', async ({ page }) => {
  let kind: Kind = 'missing'
  let asked = 0
  await keepBack(page, () => {
    asked += 1
    return kind
  })
  await page.goto('/sessions?from=here')
  await expect(heading(page)).toHaveText(unconfirmed)
  await expect(page).toHaveTitle(`${unconfirmed} · Gatehouse`)
  expect(asked).toBe(2)
  const again = main(page).getByRole('link', { name: 'Sign in again' })
  await expect(again).toHaveAttribute('href', /returnTo=%2Fsessions%3Ffrom%3Dhere$/)
  expect(await violationsOf(page, 'light')).toEqual([])
  await tryAgain(page).click()
  await expect(page.getByRole('alert')).toContainText('That didn’t work.')
  kind = 'proven'
  await tryAgain(page).click()
  await expect(heading(page)).toHaveText('Your sessions')
  await expect(heading(page)).toBeFocused()
  await expect(page).toHaveTitle('Your sessions · Gatehouse')
})

test('the first page says so too, and has its own title again afterwards', async ({ page }) => {
  let kind: Kind = 'missing'
  await keepBack(page, () => kind)
  await page.goto('/')
  await expect(heading(page)).toHaveText(unconfirmed)
  await expect(main(page)).not.toContainText('Signed out')
  kind = 'proven'
  await tryAgain(page).click()
  await expect(heading(page)).toContainText('Hello,')
  await expect(page).toHaveTitle('Home · Gatehouse')
})

test(
  'a browser that binds no session is told so, and what to do',
  { tag: '@thorough' },
  async ({ page }) => {
    await keepBack(page, () => 'unsupported')
    for (const path of ['/', '/claims']) {
      await page.goto(path)
      await expect(heading(page)).toHaveText('This app needs another browser')
      await expect(main(page)).toContainText('such as Chrome on Windows')
      await expect(main(page).getByRole('link', { name: 'Sign in again' })).toBeVisible()
    }
  },
)

test(
  'a page that loses the proof while it is open stays for some minutes, and is then no page whose session has ended',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.clock.install()
    let kind: Kind = 'proven'
    let asked = 0
    await keepBack(page, () => {
      asked += 1
      return kind
    })
    const comeBack = async (after: string) => {
      const before = asked
      await page.clock.runFor(after)
      await page.evaluate(() => window.dispatchEvent(new Event('focus')))
      await expect.poll(() => asked).toBeGreaterThan(before)
      await page.clock.runFor(1000)
    }
    await page.goto('/claims')
    await expect(heading(page)).toHaveText('ID token')
    const heard = await announcements(page)
    kind = 'missing'
    await comeBack('00:30')
    await expect(heading(page)).toHaveText('ID token')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await comeBack('10:00')
    // A question that was on its way before is asked again after half a minute at most.
    await expect(async () => {
      await page.clock.runFor('00:31')
      await expect(heading(page)).toHaveText(unconfirmed, { timeout: 700 })
    }).toPass()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect.poll(heard).toContain(unconfirmed)
  },
)

test(
  'a call without the proof says that nothing was changed, and can be tried again',
  { tag: '@thorough' },
  async ({ page }) => {
    await answerWithProblem(page, '/api/sessions', 'device_proof_required')
    await page.goto('/sessions')
    await expect(page.getByRole('heading', { level: 2, name: unconfirmed })).toBeVisible()
    await expect(main(page)).toContainText('Nothing was changed.')
    await page.unrouteAll()
    await tryAgain(page).click()
    await expect(page.getByRole('table', { name: 'Your sessions' })).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
  },
)

test('the first page says that the session is bound, only if it is', async ({ page }) => {
  let deviceBound = false
  await changeAnswers(page, '/api/session', (json) => ({ ...(json as object), deviceBound }))
  await page.goto('/')
  const session = page.getByRole('region', { name: 'Your session', exact: true })
  await expect(session).toBeVisible()
  await expect(session).not.toContainText('Bound')
  deviceBound = true
  await page.reload()
  await expect(session).toContainText('Bound to this device.')
})

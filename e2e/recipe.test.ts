/** Applies the recipes of docs/ literally to a copy of the project. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  chromium,
  expect as expectPage,
  type Browser as Chromium,
  type Page,
} from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '@gatehouse/fastify/config'
import { generateUsers } from '@gatehouse/tenant'
import { createBrowser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { findHeadlessChromium } from './chromium.ts'
import { root } from './imports.ts'
import { applyStep, changed } from './recipe/apply.ts'
import { copyProject, type ProjectCopy } from './recipe/project-copy.ts'
import { startCopy, type RunningCopy } from './recipe/running-copy.ts'
import { addedLines, readSteps } from './recipe/steps.ts'
import { signInAtTenant, signInLink } from './visitor.ts'

const steps = readSteps(readFileSync(join(root, 'docs/add-a-page-and-an-api.md'), 'utf8'))
const needed = steps.filter(({ kind }) => kind !== 'example')
/** They go on from the first one. */
const others = ['add-a-form', 'add-a-page-for-one-thing', 'add-a-page-for-administrators'].map(
  (name) => ({ name, steps: readSteps(readFileSync(join(root, `docs/${name}.md`), 'utf8')) }),
)
const testing = readSteps(readFileSync(join(root, 'docs/test-your-app.md'), 'utf8'))
/** What the pages show beside their steps, and the test of docs/test-your-app.md: they have to type-check, too. */
const examples = [
  ...steps.filter(({ kind, path }) => kind === 'example' && path.endsWith('.ts')),
  ...testing.filter(({ kind }) => kind === 'file'),
]
const everything = [
  ...needed,
  ...others.flatMap((recipe) => recipe.steps.filter(({ kind }) => kind !== 'example')),
]
const fields = ['displayName', 'mail', 'jobTitle', 'department']

const mailError = { path: '/body/mail', message: 'is taken' }

type Configured = { downstreamApis: Record<string, unknown> }

let copy: ProjectCopy
beforeAll(() => {
  copy = copyProject()
  for (const step of [...everything, ...examples]) applyStep(copy.folder, step)
})
afterAll(() => copy?.dispose())

describe('the steps of the recipe', () => {
  it('are at most three new files, and about sixty lines', () => {
    expect(needed.filter(({ kind }) => kind === 'file').length).toBeLessThanOrEqual(3)
    expect(needed.flatMap(addedLines).length).toBeLessThanOrEqual(65)
  })

  it.each(others)('of $name are three new files at most, and about a hundred lines', (recipe) => {
    const own = recipe.steps.filter(({ kind }) => kind !== 'example')
    expect(own.filter(({ kind }) => kind === 'file').length).toBeLessThanOrEqual(3)
    expect(own.flatMap(addedLines).length).toBeLessThanOrEqual(95)
  })

  it('change nothing in the product', () => {
    const product =
      /^(?:bff\/src\/(?!routes\/)|web\/src\/(?!pages\/|router\.tsx$)|packages|e2e|package)/
    const paths = [...steps, ...everything].map(({ path }) => path)
    expect(paths.filter((path) => product.test(path))).toEqual([])
  })

  it('add one line to the list of pages', () => {
    const inRouter = needed.filter(({ path }) => path === 'web/src/router.tsx')
    expect(inRouter.flatMap(addedLines)).toHaveLength(1)
  })

  it('are refused if a change fits in no place, or in two', () => {
    const diff = ' a\n+b\n'
    expect(changed('a\nc\n', diff, 'x')).toBe('a\nb\nc\n')
    expect(() => changed('aa\nc\n', diff, 'x')).toThrow('x: a change fits 0 times')
    expect(() => changed('a\nc\na\n', diff, 'x')).toThrow('x: a change fits 2 times')
    expect(() => applyStep(copy.folder, { kind: 'file', path: 'README.md', text: '' })).toThrow(
      'README.md is there already',
    )
  })
})

describe('the result of the recipe', () => {
  it('can have another API, as in the example of the configuration', { tags: ['thorough'] }, () => {
    const config = steps.find(({ path }) => path === 'aad.config.json')
    if (!config) throw new Error('The example of a configuration is not there')
    const path = join(copy.folder, config.path)
    const { downstreamApis } = JSON.parse(config.text) as Configured
    const before = JSON.parse(readFileSync(path, 'utf8')) as Configured
    const after = { ...before, downstreamApis: { ...before.downstreamApis, ...downstreamApis } }
    const other = join(copy.folder, 'example.config.json')
    writeFileSync(other, JSON.stringify(after))
    const loaded = loadConfig({ AAD_CONFIG: other }, copy.folder)
    expect(loaded.downstreamApis).toMatchObject(downstreamApis)
    expect(Object.keys(loaded.downstreamApis)).toContain('graph')
  })

  it('is tested as docs/test-your-app.md says', async () => {
    const files = ['test/testing-example.test.ts', 'test/own-people.test.ts']
    expect(testing.filter(({ kind }) => kind === 'file').map(({ path }) => path)).toEqual(
      files.map((path) => `bff/${path}`),
    )
    const run = await copy.run('vitest', ['run', ...files], 'bff')
    expect(run).toMatch(/5 passed/)
  })

  it('satisfies the compiler, the linter and the formatter', async () => {
    const paths = [...new Set(everything.map(({ path }) => path))]
    const app = ['shared', 'bff', 'web']
    expect(await copy.run('oxlint', ['--deny-warnings', ...app])).toMatch(/\b0 errors/)
    expect(await copy.run('oxfmt', ['--check', ...paths])).toMatch(/correct format/)
  })

  it('follows the layout', async () => {
    expect(await copy.run('vitest', ['run', 'layout.test.ts'], 'e2e')).toMatch(/[1-9]\d* passed/)
  })
})

describe('the page and the API', () => {
  let running: RunningCopy
  let chrome: Chromium
  beforeAll(async () => {
    await copy.run('vite', ['build'], 'web')
    await copy.run('node', ['../packages/cli/run.cjs', 'build'], 'bff')
    running = await startCopy(copy.folder)
    chrome = await chromium.launch({
      executablePath: findHeadlessChromium() ?? 'chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    })
  })
  afterAll(async () => {
    await chrome?.close()
    await running?.end()
  })

  it('answer 401 to the signed-out, and 200 with the contract’s fields to the signed-in', async () => {
    const browser = createBrowser(running.publicUrl, running.publicUrl)
    expectProblem(await browser.get('/api/profile'), 401, 'sign_in_required')

    await browser.signIn()
    const answer = await browser.get('/api/profile')
    expect(answer.status).toBe(200)
    const profile = answer.json() as Record<string, unknown>
    expect(Object.keys(profile).toSorted()).toEqual(fields.toSorted())
    const { user } = (await browser.get('/api/session')).json() as { user: { name: string } }
    expect(profile).toMatchObject({ displayName: user.name, jobTitle: expect.stringMatching(/\w/) })
  })

  /** A page in a browser of its own, in which this person is signed in. @param place in the directory */
  async function signedIn(path: string, place: number): Promise<Page> {
    const browser = createBrowser(running.publicUrl, running.publicUrl)
    await browser.signIn({ user: generateUsers(place + 1)[place]?.userPrincipalName ?? '' })
    const storageState = await browser.storageState()
    const context = await chrome.newContext({ baseURL: running.publicUrl, storageState })
    const page = await context.newPage()
    await page.goto(path)
    return page
  }

  it('of the form keep what was typed on the way to Microsoft, and save it once', async () => {
    // Signed in by the pages, so that Microsoft knows this browser, too.
    const context = await chrome.newContext({ baseURL: running.publicUrl })
    const page = await context.newPage()
    await page.goto('/contact')
    await signInLink(page).click()
    await signInAtTenant(page, 4)
    await page.waitForURL('/contact')
    const changes: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') changes.push(request.postData() ?? '')
    })
    const number = page.getByLabel('Mobile number')
    const save = page.getByRole('button', { name: 'Save' })

    // The permission to write is asked for now.
    await number.fill('+49 30 1234567')
    await save.click()
    await page.getByRole('link', { name: 'Review permissions' }).click()
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.waitForURL('/contact')
    await expectPage(number).toHaveValue('+49 30 1234567')

    await number.fill('no number')
    await save.click()
    await expectPage(number).toHaveAttribute('aria-invalid', 'true')
    await expectPage(number).toBeFocused()
    await expectPage(page.getByRole('main')).toContainText(
      'Mobile number does not have the form that is expected.',
    )

    // What the form has no field for is said, too.
    await page.route('/api/contact', (route) =>
      route.fulfill({
        status: 400,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'invalid_request', errors: [mailError] }),
      }),
    )
    await save.click()
    await expectPage(page.getByRole('alert')).toHaveText('mail is taken.')
    await expectPage(number).not.toHaveAttribute('aria-invalid', 'true')
    await page.unroute('/api/contact')

    await number.fill('+49 30 1234567')
    changes.length = 0
    await save.dblclick()
    await expectPage(page.getByRole('main')).toContainText('Your number is saved.')
    expect(changes).toEqual(['{"mobilePhone":"+49 30 1234567"}'])
    await page.reload()
    await expectPage(number).toHaveValue('+49 30 1234567')
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)

    // Offline, it stays in the form, also after a reload.
    await number.fill('1')
    await page.context().setOffline(true)
    await save.click()
    await expectPage(page.getByRole('alert')).toContainText(/offline/i)
    await page.context().setOffline(false)
    await page.reload()
    await expectPage(number).toHaveValue('1')
    await save.click()
    await expectPage(page.getByRole('main')).toContainText('Your number is saved.')
    await page.context().close()
  })

  it('of one thing have an address for each, and say so if there is none', async () => {
    const page = await signedIn('/claims', 25)
    const response = await page.request.get('/api/me')
    const me = (await response.json()) as { objectId: string; name: string }
    await page.goto(`/people/${me.objectId}`)
    const main = page.getByRole('main')
    await expectPage(main).toContainText(me.name)
    await page.goto('/people/00000000-0000-4000-8000-000000000000')
    await expectPage(main).toContainText(/Nothing here|doesn’t have what you asked for/)
    const refused = await page.request.get('/api/people/x')
    expect(await refused.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: '/params/id' }],
    })
    for (const path of ['/people/', '/people/a/b']) {
      await page.goto(path)
      await expectPage(main).toContainText('404')
    }
    await page.context().close()
  })

  it('of administrators are for those who have the role', async () => {
    // The first person is a reader, the second one has both roles.
    const [reader, auditor] = [await signedIn('/audit', 0), await signedIn('/audit', 1)]
    const link = (page: Page) =>
      page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Audit' })
    await expectPage(auditor.getByRole('main')).toContainText(/\d+ people are in the directory/)
    await expectPage(link(auditor)).toBeVisible()

    const main = reader.getByRole('main')
    await expectPage(main.getByRole('heading', { level: 1 })).toHaveText(
      'You don’t have the role for this',
    )
    await expectPage(main).toContainText('“Directory.Auditor”')
    await expectPage(link(reader)).toBeHidden()
    const refused = await reader.request.get('/api/audit')
    expect(refused.status()).toBe(403)
    expect(await refused.json()).toMatchObject({ roles: ['Directory.Auditor'] })
    for (const page of [reader, auditor]) await page.context().close()
  })

  it('are in the navigation, and show the user’s directory profile', async () => {
    const page = await chrome.newPage({ baseURL: running.publicUrl })
    await page.goto('/profile')
    const main = page.getByRole('main')
    await expectPage(main).toContainText('401')
    await signInLink(page).click()
    await signInAtTenant(page, 0)
    await page.waitForURL('/profile')

    await page.goto('/')
    const navigation = page.getByRole('navigation', { name: 'Pages' })
    await navigation.getByRole('link', { name: 'My profile' }).click()
    await expectPage(page).toHaveTitle(/^My profile/)
    await expectPage(page.getByRole('heading', { level: 1, name: 'My profile' })).toBeVisible()
    const response = await page.request.get('/api/profile')
    const profile = (await response.json()) as Record<string, string | null>
    expect(Object.keys(profile)).toHaveLength(fields.length)
    for (const field of fields) await expectPage(main).toContainText(profile[field] ?? 'None')

    // One more link in the navigation, on the narrowest phone.
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })
})

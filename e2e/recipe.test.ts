/** Applies docs/add-a-page-and-an-api.md literally to a copy of the project. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, expect as expectPage, type Browser as Chromium } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '@gatehouse/fastify/config'
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
const fields = ['displayName', 'mail', 'jobTitle', 'department']

type Configured = { downstreamApis: Record<string, unknown> }

let copy: ProjectCopy
beforeAll(() => {
  copy = copyProject()
  for (const step of needed) applyStep(copy.folder, step)
})
afterAll(() => copy?.dispose())

describe('the steps of the recipe', () => {
  it('are at most three new files, and about sixty lines', () => {
    expect(needed.filter(({ kind }) => kind === 'file').length).toBeLessThanOrEqual(3)
    expect(needed.flatMap(addedLines).length).toBeLessThanOrEqual(65)
  })

  it('change nothing in the product', () => {
    const product =
      /^(?:bff\/src\/(?!routes\/)|web\/src\/(?!pages\/|router\.tsx$)|packages|e2e|package)/
    const paths = steps.map(({ path }) => path)
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
  it('type-checks', async () => {
    for (const workspace of ['shared', 'bff', 'web']) {
      expect(await copy.run('tsc', ['-p', '.'], workspace)).toBe('')
    }
  })

  it(
    'can be extended as in the examples: stricter routes, and another API',
    { tags: ['thorough'] },
    async () => {
      const [route, config, orders] = steps.filter(({ kind }) => kind === 'example')
      if (!route || !config || !orders) throw new Error('The three examples are not there')
      applyStep(copy.folder, route)
      applyStep(copy.folder, orders)
      await copy.run('tsc', ['-p', '.'], 'bff')

      const path = join(copy.folder, config.path)
      const { downstreamApis } = JSON.parse(config.text) as Configured
      const before = JSON.parse(readFileSync(path, 'utf8')) as Configured
      const after = { ...before, downstreamApis: { ...before.downstreamApis, ...downstreamApis } }
      const other = join(copy.folder, 'example.config.json')
      writeFileSync(other, JSON.stringify(after))
      const loaded = loadConfig({ AAD_CONFIG: other }, copy.folder)
      expect(loaded.downstreamApis).toMatchObject(downstreamApis)
      expect(Object.keys(loaded.downstreamApis)).toContain('graph')
    },
  )

  it('satisfies the linter and the formatter', async () => {
    const paths = needed.map(({ path }) => path)
    expect(await copy.run('oxlint', ['--deny-warnings', ...paths])).toMatch(/\b0 errors/)
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

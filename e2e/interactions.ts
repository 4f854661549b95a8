/**
 * `npm run interactions`: how long the built app takes from a tap or a key to the next paint, on a phone that is four times
 * slower than this machine, with a directory of 100,000 users. It is not part of `npm test`, because it needs a quiet
 * machine. The times are those of the Event Timing API, which Interaction to Next Paint is made of:
 * https://web.dev/articles/inp
 */
import { launch, type Page } from 'puppeteer-core'
import { freePort } from '@gatehouse/tenant/testing'
import { findHeadlessChromium } from './chromium.ts'
import { createBrowser } from './instances/browsers.ts'
import { prepareDeployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'

const rounds = 5
const goalMs = 100
/** The API tells of no event below this. */
const leastMs = 16
const users = 100_000
const phone = { width: 412, height: 823, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true }
const slowdown = 4
/** Between two keys, in ms. */
const typingMs = 120

interface Interaction {
  name: string
  /** What happens before, and is not measured. */
  before?: (page: Page) => Promise<unknown>
  act: (page: Page) => Promise<unknown>
}

const button = (name: string) => `::-p-aria([name="${name}"][role="button"])`
const link = (name: string) => `nav ::-p-aria([name="${name}"][role="link"])`
const field = 'input[type="search"]'
const tap = (selector: string) => async (page: Page) => {
  const element = await page.waitForSelector(selector, { visible: true })
  await element?.tap()
}
const type = (text: string) => (page: Page) => page.keyboard.type(text, { delay: typingMs })
const escape = (page: Page) => page.keyboard.press('Escape')

/** In this order, in a page that has just been opened: the first time is what a user meets most. */
const interactions: Interaction[] = [
  { name: 'users: type five letters', before: tap(field), act: type('maria') },
  { name: 'users: clear the search', act: tap(button('Clear')) },
  { name: 'users: next page', act: tap(button('Next')) },
  { name: 'users: previous page', act: tap(button('Previous')) },
  { name: 'users: sort', act: tap('th button') },
  { name: 'users: open a person', act: tap('tbody button') },
  { name: 'users: next person', act: tap('dialog button[aria-keyshortcuts="ArrowDown"]') },
  { name: 'users: close the person', act: tap('dialog button[aria-label="Close"]') },
  { name: 'open the account menu', act: tap('button[popovertarget="account"]') },
  { name: 'open the theme menu', before: escape, act: tap('button[popovertarget="themes"]') },
  { name: 'go to ID token', before: escape, act: tap(link('ID token')) },
  { name: 'ID token: type five letters', before: tap(field), act: type('email') },
  { name: 'go back to users', act: tap(link('Users')) },
]

const port = await freePort()
const publicUrl = `http://localhost:${port}`
const deployment = await prepareDeployment({ publicUrl, users })
const instance = startInstance(port, publicUrl, deployment.env)
await hasStarted(instance)
const visitor = createBrowser(publicUrl, publicUrl)
await visitor.signIn()
const { cookies } = await visitor.storageState()
// A change outside the window is not painted: its time would end with the next change inside.
const windowSize = `--window-size=${phone.width * 2},${phone.height * 2}`
const chromium = await launch({
  executablePath: findHeadlessChromium() ?? 'chromium',
  args: ['--no-sandbox', '--disable-gpu', '--lang=en', windowSize],
})

try {
  const times = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, ms] of await measureRound()) times.set(name, [...(times.get(name) ?? []), ms])
  }
  for (const [name, measured] of times) process.stdout.write(`${asLine(name, measured)}\n`)
} finally {
  await chromium.close()
  await instance.end()
  await deployment.end()
}

/** Each interaction once, in a browser without a cache. @returns names and times in ms */
async function measureRound(): Promise<[string, number][]> {
  const context = await chromium.createBrowserContext()
  try {
    await context.setCookie(...cookies)
    const page = await context.newPage()
    await page.setViewport(phone)
    await page.emulateCPUThrottling(slowdown)
    await page.evaluateOnNewDocument(recordInteractions, leastMs)
    await page.goto(`${publicUrl}/users`)
    await settled(page)
    const times: [string, number][] = []
    for (const { name, before, act } of interactions) {
      await before?.(page)
      await settled(page)
      await page.evaluate(() => Reflect.set(globalThis, 'longestInteraction', 0))
      await act(page)
      await settled(page)
      times.push([
        name,
        await page.evaluate(() => Number(Reflect.get(globalThis, 'longestInteraction'))),
      ])
    }
    return times
  } finally {
    await context.close()
  }
}

/** Runs in the page. `longestInteraction` is reset before each. A tap, or a key, is several events with one `interactionId`; hovering has none. */
function recordInteractions(durationThreshold: number): void {
  const options = { type: 'event', durationThreshold }
  new PerformanceObserver((list) => {
    const known = Number(Reflect.get(globalThis, 'longestInteraction'))
    const durations = list
      .getEntries()
      .filter((entry) => Number(Reflect.get(entry, 'interactionId')) > 0)
      .map(({ duration }) => duration)
    Reflect.set(globalThis, 'longestInteraction', Math.max(known, ...durations))
  }).observe(options)
}

/** Waits for the list, the photos and the next page, and until the entries have been told. */
async function settled(page: Page): Promise<void> {
  await page.waitForSelector('main h1')
  await page.waitForNetworkIdle({ idleTime: 500 })
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
}

function asLine(name: string, measured: number[]): string {
  const sorted = measured.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const worst = sorted.at(-1) ?? Number.NaN
  const verdict = worst <= goalMs ? 'met' : 'missed'
  return `${name.padEnd(28)} median ${inMs(median)}  worst ${inMs(worst)}  goal ≤ ${goalMs} ms  ${verdict}`
}

function inMs(ms: number): string {
  return `${ms < leastMs ? `≤ ${leastMs}` : ms} ms`.padStart(7)
}

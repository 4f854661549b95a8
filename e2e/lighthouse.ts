/**
 * `npm run lighthouse`: Lighthouse's scores of the built app, as the median of three runs per page, on a
 * phone and on a desktop. It is not part of `npm test`, because performance needs a quiet machine. The
 * command downloads Lighthouse (165 MB) itself, so that a clone does not have to.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from 'puppeteer-core'
import { freePort } from '@gatehouse/tenant/testing'
import { findChromium } from './chromium.ts'
import { createBrowser } from './instances/browsers.ts'
import { prepareDeployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'

/** On a busy machine a trace sometimes begins too late. */
const maxAttempts = 3

const runs = 3
const pages = [
  { name: 'home, signed out', path: '/', signedIn: false },
  { name: '401', path: '/claims', signedIn: false },
  { name: 'home', path: '/', signedIn: true },
  { name: 'ID token', path: '/claims', signedIn: true },
  { name: 'users', path: '/users', signedIn: true },
]
const presets = ['mobile', 'desktop'] as const
const lighthouse = 'lighthouse@13.5.0'
const run = promisify(execFile)

/** The printed columns, in this order; scores in per cent, times in ms. */
const audits = {
  LCP: 'largest-contentful-paint',
  CLS: 'cumulative-layout-shift',
  TBT: 'total-blocking-time',
}

type Figures = Record<string, number>

/** The part of Lighthouse's report that is used. */
interface Report {
  categories: Record<string, Category>
  audits: Record<string, { title: string; score: number | null; numericValue?: number }>
  runtimeError?: { message: string }
}

interface Category {
  id: string
  score: number | null
  auditRefs: { id: string; weight: number }[]
}

interface Measured {
  figures: Figures
  /** The failed audits outside performance. */
  failures: string[]
}

const port = await freePort()
const publicUrl = `http://localhost:${port}`
const deployment = await prepareDeployment({ publicUrl })
const instance = startInstance(port, publicUrl, deployment.env)
await hasStarted(instance)
const visitor = createBrowser(publicUrl, publicUrl)
await visitor.signIn()
const cookie = await visitor.cookieHeader()
const chromium = await launch({
  executablePath: findChromium() ?? 'chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})

try {
  for (const preset of presets) {
    for (const { name, path, signedIn } of pages.filter(isAsked)) {
      const measured: Measured[] = []
      while (measured.length < runs) {
        await sleep(500)
        measured.push(await measure(`${publicUrl}${path}`, signedIn, preset))
      }
      const line = asLine(`${preset}: ${name}`, medians(measured.map(({ figures }) => figures)))
      const failed = new Set(measured.flatMap(({ failures }) => failures))
      process.stdout.write(`${[line, ...failed].join('\n    ')}\n`)
    }
  }
} finally {
  await chromium.close()
  await instance.end()
  await deployment.end()
}

/** `npm run lighthouse -- users`: that page only. */
function isAsked({ name }: { name: string }): boolean {
  const [only] = process.argv.slice(2)
  return only === undefined || only === name
}

async function measure(
  url: string,
  signedIn: boolean,
  preset: (typeof presets)[number],
  attempt = 1,
): Promise<Measured> {
  try {
    return figuresOf(await report(url, signedIn, preset))
  } catch (error) {
    if (attempt === maxAttempts) throw error
    return measure(url, signedIn, preset, attempt + 1)
  }
}

/** @throws Error if there is none, or it says that the page could not be measured */
async function report(url: string, signedIn: boolean, preset: string): Promise<Report> {
  const options = [
    `--port=${new URL(chromium.wsEndpoint()).port}`,
    '--output=json',
    '--quiet',
    ...(preset === 'desktop' ? ['--preset=desktop'] : []),
    ...(signedIn ? [`--extra-headers=${JSON.stringify({ cookie })}`] : []),
  ]
  const { stdout } = await run(
    'npm',
    ['exec', '--yes', `--package=${lighthouse}`, '--', 'lighthouse', url, ...options],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  const found = JSON.parse(stdout) as Report
  if (found.runtimeError) throw new Error(`${url}: ${found.runtimeError.message}`)
  return found
}

function figuresOf({ categories, audits: found }: Report): Measured {
  const scores = Object.entries(categories).map(
    ([id, { score }]) => [id, Math.round((score ?? 0) * 100)] as const,
  )
  const times = Object.entries(audits).map(
    ([label, id]) => [label, found[id]?.numericValue ?? Number.NaN] as const,
  )
  const failures = Object.values(categories)
    .filter(({ id }) => id !== 'performance')
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight > 0 && (found[id]?.score ?? 1) < 1)
    .map(({ id }) => `${id}: ${found[id]?.title}`)
  return { figures: Object.fromEntries([...scores, ...times]), failures }
}

function medians(figures: Figures[]): Figures {
  const [first = {}] = figures
  return Object.fromEntries(
    Object.keys(first).map((key) => {
      const values = figures.map((one) => one[key] ?? Number.NaN).toSorted((a, b) => a - b)
      return [key, values[Math.floor(values.length / 2)] ?? Number.NaN]
    }),
  )
}

function asLine(name: string, figures: Figures): string {
  const cells = Object.entries(figures).map(
    ([key, value]) => `${key} ${Number(value.toFixed(key === 'CLS' ? 4 : 0))}`,
  )
  return `${name.padEnd(26)} ${cells.join('  ')}`
}

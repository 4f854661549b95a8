/** Adds up the reports of the test runners, names the failures, and prints the sum last: `N passed, N failed`. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './imports.ts'

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[]
  }[]
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[]
  specs?: { title: string; file: string; ok: boolean }[]
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number }
  suites: PlaywrightSuite[]
}

const runs = [
  'contract',
  'fastify',
  'react',
  'tenant',
  'cli',
  'create',
  'bff',
  'web',
  'e2e',
  'foreign',
]

function report(name: string): unknown {
  const file = join(root, 'test-reports', `${name}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** A file that failed as a whole, such as by an import, counts once. */
function failuresOf({ testResults }: VitestReport): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((one) => one.status === 'failed')
    const tests = failed.map(
      ({ fullName, failureMessages: [first = ''] = [] }) =>
        `${name}: ${fullName}\n    ${first.split('\n', 1)[0]}`,
    )
    return tests.length === 0 && status === 'failed' ? [`${name}: ${message ?? ''}`] : tests
  })
}

function brokenSpecs({ suites = [], specs = [] }: PlaywrightSuite): string[] {
  const own = specs.filter(({ ok }) => !ok).map(({ file, title }) => `${file}: ${title}`)
  return [...own, ...suites.flatMap(brokenSpecs)]
}

let passed = 0
const failures: string[] = []
for (const name of runs) {
  const found = report(name) as VitestReport | undefined
  passed += found?.numPassedTests ?? 0
  // A runner that left no report did not finish: that is a failure too.
  failures.push(...(found ? failuresOf(found) : [`The tests of ${name} left no report.`]))
}
const browser = report('browser') as PlaywrightReport | undefined
passed += browser?.stats.expected ?? 0
// A file with several groups is in the report more than once.
const broken = browser
  ? [...new Set(browser.suites.flatMap(brokenSpecs))]
  : ['The browser tests left no report.']
const uncounted = browser ? browser.stats.unexpected + browser.stats.flaky - broken.length : 0
failures.push(
  ...broken,
  ...Array.from({ length: Math.max(0, uncounted) }, () => 'A flaky browser test.'),
)

for (const failure of failures) process.stdout.write(`FAILED  ${failure}\n`)
process.stdout.write(`${passed} passed, ${failures.length} failed\n`)
process.exit(failures.length === 0 ? 0 : 1)

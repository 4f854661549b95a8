/** Adds up the reports of the test runners, names the failures, and prints the sum last: `N passed, N failed`. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mostFlaky } from './attempts.ts'
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
  specs?: { title: string; file: string; ok: boolean; tests: { status: string }[] }[]
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number }
  suites: PlaywrightSuite[]
  /** What belongs to no test, such as a file that cannot be loaded. */
  errors: { message?: string }[]
}

const runs = ['contract', 'fastify', 'react', 'tenant', 'cli', 'bff', 'web', 'e2e', 'foreign']

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

/** A test that passed at its second attempt keeps the failure of the first. */
function flakyOf({ testResults }: VitestReport): string[] {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((one) => one.status === 'passed' && (one.failureMessages?.length ?? 0) > 0)
      .map(({ fullName }) => `${name}: ${fullName}`),
  )
}

/** A file with several groups is in the report more than once. */
function specsOf(suite: PlaywrightSuite, status: 'unexpected' | 'flaky'): Set<string> {
  const { suites = [], specs = [] } = suite
  const own = specs
    .filter(({ tests }) => tests.some((one) => one.status === status))
    .map(({ file, title }) => `${file}: ${title}`)
  return new Set([...own, ...suites.flatMap((one) => [...specsOf(one, status)])])
}

let passed = 0
const failures: string[] = []
const flaky: string[] = []
for (const name of runs) {
  const found = report(name) as VitestReport | undefined
  passed += found?.numPassedTests ?? 0
  // A runner that left no report did not finish: that is a failure too.
  failures.push(...(found ? failuresOf(found) : [`The tests of ${name} left no report.`]))
  flaky.push(...(found ? flakyOf(found) : []))
}
const browser = report('browser') as PlaywrightReport | undefined
if (browser) {
  passed += browser.stats.expected + browser.stats.flaky
  failures.push(
    ...specsOf(browser, 'unexpected'),
    ...browser.errors.map(({ message = 'An error outside the browser tests.' }) => message),
  )
  flaky.push(...specsOf(browser, 'flaky'))
} else failures.push('The browser tests left no report.')
if (flaky.length > mostFlaky)
  failures.push(`${flaky.length} tests passed at the second attempt only.`)

for (const one of flaky) process.stdout.write(`FLAKY   ${one}\n`)
for (const failure of failures) process.stdout.write(`FAILED  ${failure}\n`)
process.stdout.write(`${passed} passed, ${failures.length} failed\n`)
process.exit(failures.length === 0 ? 0 : 1)

/** Sums what the test runners wrote and prints it as one line: `N passed, N failed`. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './imports.ts'

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number }
}

function report(name: string): unknown {
  const file = join(root, 'test-reports', `${name}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

let passed = 0
let failed = 0
for (const name of ['bff', 'tenant', 'web', 'setup', 'e2e', 'foreign']) {
  const found = report(name) as VitestReport | undefined
  passed += found?.numPassedTests ?? 0
  // A runner that left no report did not finish: that is a failure too.
  failed += found ? found.numFailedTests : 1
}
const browser = report('browser') as PlaywrightReport | undefined
passed += browser?.stats.expected ?? 0
failed += browser ? browser.stats.unexpected + browser.stats.flaky : 1

process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

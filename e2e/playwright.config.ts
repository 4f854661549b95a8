import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { attempts } from './attempts.ts'
import { findHeadlessChromium } from './chromium.ts'

/** Separate ports, so that the tests run beside a development server. */
const port = 6173
export const tenantPort = 6175
const publicUrl = `http://localhost:${port}`

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  globalSetup: './require-build.ts',
  fullyParallel: true,
  // A test waits for pages and timers more than it computes.
  workers: 3,
  forbidOnly: true,
  retries: attempts - 1,
  timeout: 60_000,
  // On a busy machine with two browsers, five seconds are too short.
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '../test-reports/browser.json' }]],
  outputDir: '../test-results',
  use: {
    baseURL: publicUrl,
    launchOptions: {
      executablePath: findHeadlessChromium() ?? 'chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    },
    viewport: { width: 1280, height: 800 },
    // A trace takes a tenth of the time. Set TRACE=1 to analyse a failure.
    trace: process.env['TRACE'] ? 'retain-on-failure' : 'off',
  },
  // The command that users run.
  webServer: {
    command: 'node ../packages/cli/src/dev/start.ts',
    url: `${publicUrl}/healthz`,
    timeout: 30_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 },
    env: {
      PORT: String(port),
      TENANT_PORT: String(tenantPort),
      PUBLIC_URL: publicUrl,
      DATA_DIR: mkdtempSync(join(tmpdir(), 'gatehouse-e2e-')),
    },
  },
})

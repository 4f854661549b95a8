import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { findChromium } from './chromium.ts'

/** Ports of their own, so that the tests run beside a development server. */
const port = 6173
export const tenantPort = 6175
const publicUrl = `http://localhost:${port}`

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  // Two workers and a browser each: on a busy machine five seconds are not much.
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '../test-reports/browser.json' }]],
  outputDir: '../test-results',
  use: {
    baseURL: publicUrl,
    launchOptions: {
      executablePath: findChromium() ?? 'chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    },
    viewport: { width: 1280, height: 800 },
    // A trace costs a tenth of the time: TRACE=1 where a failure is to be understood.
    trace: process.env['TRACE'] ? 'retain-on-failure' : 'off',
  },
  // The product's own command: what is tested is what people start.
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

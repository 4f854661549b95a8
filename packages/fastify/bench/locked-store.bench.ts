/** Whether health checks are answered while another process holds the lock of the SQLite file. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBrowser, people, type Browser } from '@gatehouse/tenant/testing'
import { holdLock } from '@gatehouse/test-support/lock-holder'
import { prepare, publicUrl } from './environment.ts'
import { percentile } from './load.ts'
import { startMeasured } from './measured-process.ts'
import { line, printFigure } from './report.ts'

const heldMs = 10_000
const perSecond = 50
/** Each extends its session once in six seconds, which is a write each time. */
const signedInUsers = 6 * perSecond

export async function benchLockedStore(): Promise<void> {
  const bench = await prepare()
  const server = await startMeasured('gatehouse-server.ts', { ...bench.env, LOG_LEVEL: 'silent' })
  const browsers: Browser[] = []
  for (let index = 0; index < signedInUsers; index += 1) {
    const browser = createBrowser(server.origin, publicUrl)
    await browser.signIn({ user: people(bench.tenant).at(index % 200).userPrincipalName })
    browsers.push(browser)
  }
  await sleep(6_000)
  line(`\nThe SQLite file locked for ${heldMs / 1000} s, ${perSecond} writes a second`)
  await measure('free', server.origin, browsers)
  await sleep(6_000)
  const release = await holdLock(join(bench.folder, 'sessions.sqlite'))
  await measure('locked by another process', server.origin, browsers)
  await release()
  await server.end()
  await bench.end()
}

async function measure(name: string, origin: string, browsers: Browser[]): Promise<void> {
  const health = createBrowser(origin, publicUrl)
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  const waiting: Promise<void>[] = []
  const until = performance.now() + heldMs
  const beat = async () => {
    while (performance.now() < until) {
      const askedAt = performance.now()
      await health.get('/healthz')
      latencies.push(performance.now() - askedAt)
      await sleep(20)
    }
  }
  const extend = async (browser: Browser) => {
    const { status } = await browser.post('/api/session/extend')
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  const beating = beat()
  for (let turn = 0; performance.now() < until; turn += 1) {
    const browser = browsers[turn % browsers.length]
    if (browser) waiting.push(extend(browser))
    await sleep(1000 / perSecond)
  }
  await Promise.all([beating, ...waiting])
  const at = (part: number) => percentile(latencies, part).toFixed(1)
  const answered = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  printFigure(
    name,
    `/healthz p50 ${at(0.5)}  p99 ${at(0.99)}  max ${Math.max(...latencies).toFixed(1)} ms  (${answered})`,
  )
}

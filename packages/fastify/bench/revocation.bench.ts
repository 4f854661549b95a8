/** How long another instance goes on answering after a sign-out was answered on the first. */
import { createBrowser } from '@gatehouse/tenant/testing'
import { prepare, publicUrl } from './environment.ts'
import { percentile } from './load.ts'
import { startMeasured } from './measured-process.ts'
import { startRedis } from './redis-server.ts'
import { line, printFigure } from './report.ts'

const signOuts = 100

export async function benchRevocation(): Promise<void> {
  const bench = await prepare()
  const redis = await startRedis()
  line('\nRevocation on another instance, ms after the sign-out was answered')
  const stores = [['sqlite', undefined], ...(redis ? [['redis', redis.url]] : [])] as const
  for (const [name, url] of stores) {
    const env = { ...bench.env, ...(url !== undefined && { STORE_URL: url }) }
    const a = await startMeasured('gatehouse-server.ts', env)
    const b = await startMeasured('gatehouse-server.ts', env)
    const latencies: number[] = []
    for (let index = 0; index < signOuts; index += 1)
      latencies.push(await revoke(a.origin, b.origin))
    const at = (part: number) => percentile(latencies, part).toFixed(1)
    printFigure(name, `p50 ${at(0.5)}  p99 ${at(0.99)}  (${signOuts} sign-outs)`)
    await Promise.all([a.end(), b.end()])
  }
  redis?.end()
  await bench.end()
}

async function revoke(a: string, b: string): Promise<number> {
  const browser = createBrowser(a, publicUrl)
  await browser.signIn()
  const cookie = await browser.cookieHeader()
  const other = createBrowser(b, publicUrl)
  const ask = async () => (await other.send('/api/me', { cookie })).status
  if ((await ask()) !== 200) throw new Error('the other instance does not know the session')
  await browser.post('/auth/sign-out')
  const endedAt = performance.now()
  let lastServed = 0
  while (performance.now() - endedAt < 1000) {
    const askedAt = performance.now() - endedAt
    if ((await ask()) === 401) return lastServed
    lastServed = askedAt
  }
  throw new Error('the other instance went on answering for a second')
}

/** What callers see of an upstream that is killed and comes back, under a load that does not stop. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { freePort } from '@gatehouse/tenant/testing'
import { ask, type Call } from './calls.ts'
import { prepare, publicUrl, signedIn } from './environment.ts'
import { startMeasured } from './measured-process.ts'
import { line, printFigure } from './report.ts'

const cycles = 3
const everyMs = 5
const goodForMs = 1000
const goneForMs = 1000
const backForMs = 2000

interface Asked {
  /** On the clock of `performance.now()`. */
  at: number
  tookMs: number
  status: number
}

/** Asks at a steady pace, whether or not answers come. */
function startLoad(pool: Pool, call: Call): { end(): Promise<Asked[]> } {
  const asked: Promise<Asked>[] = []
  const timer = setInterval(() => {
    const at = performance.now()
    asked.push(ask(pool, call).then((status) => ({ at, status, tookMs: performance.now() - at })))
  }, everyMs)
  return {
    end: () => {
      clearInterval(timer)
      return Promise.all(asked)
    },
  }
}

export async function benchLostUpstream(): Promise<void> {
  const env = { STUB_PORT: String(await freePort()) }
  let upstream = await startMeasured('stub-graph-server.ts', env)
  const bench = await prepare({ graphUrl: `${upstream.origin}/v1.0` })
  const server = await startMeasured('gatehouse-server.ts', { ...bench.env, LOG_LEVEL: 'info' })
  const pool = new Pool(server.origin, { connections: 256 })
  const cookie = await signedIn(server.origin)
  const call = { path: '/api/users?top=5', headers: { host: new URL(publicUrl).host, cookie } }

  line(`\nAn upstream that is killed for ${goneForMs} ms, at ${1000 / everyMs} requests a second`)
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    const load = startLoad(pool, call)
    await sleep(goodForMs)
    const killedAt = performance.now()
    await upstream.kill()
    await sleep(goneForMs)
    upstream = await startMeasured('stub-graph-server.ts', env)
    const backAt = performance.now()
    await sleep(backForMs)
    report(cycle, await load.end(), killedAt, backAt)
  }
  await pool.close()
  await Promise.all([upstream.end(), server.end(), bench.end()])
}

function report(cycle: number, asked: Asked[], killedAt: number, backAt: number): void {
  const lost = asked.filter(({ status }) => status !== 200)
  const inPhase = (from: number, to: number) => lost.filter(({ at }) => at >= from && at < to)
  // What had been asked just before the kill has not been answered by then.
  const outage = { asked: asked.filter(({ at }) => at >= killedAt && at < backAt).length }
  const after = inPhase(backAt, Infinity)
  const figures = [
    ['asked while it was gone', String(outage.asked)],
    ['lost, asked before the kill', statuses(inPhase(0, killedAt))],
    ['lost, asked while it was gone', statuses(inPhase(killedAt, backAt))],
    ['lost, asked after it was back', statuses(after)],
    [
      'all is well, ms after it was back',
      Math.max(0, ...after.map(({ at }) => at - backAt)).toFixed(0),
    ],
    ['slowest refusal, ms', Math.max(0, ...lost.map(({ tookMs }) => tookMs)).toFixed(0)],
    ['slowest answer, ms', Math.max(...asked.map(({ tookMs }) => tookMs)).toFixed(0)],
  ] as const
  for (const [name, value] of figures) printFigure(`${cycle}: ${name}`, value)
}

/** How many of each status, such as `502 × 12`; 0 is no answer at all. */
function statuses(lost: Asked[]): string {
  const counts = Map.groupBy(lost, ({ status }) => status)
  return [...counts].map(([status, { length }]) => `${status} × ${length}`).join(', ') || 'none'
}

/** Memory that a call takes while the upstream keeps it waiting: many users, each with one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { ask, type Call } from './calls.ts'
import { prepare, publicUrl, signedIn, type BenchEnvironment } from './environment.ts'
import { startMeasured, type MeasuredProcess, type Memory } from './measured-process.ts'
import { line, printFigure } from './report.ts'
import { people } from '@gatehouse/tenant/testing'

const count = 1000
/** Longer than the measuring takes, shorter than the gateway's own patience. */
const holdMs = 8000
const settleMs = 2000

/** Real sign-ins, several at a time, of all users of the tenant in turn. */
async function signInMany(
  { tenant }: BenchEnvironment,
  { origin }: MeasuredProcess,
): Promise<string[]> {
  const cookies: string[] = []
  async function some(): Promise<void> {
    while (cookies.length < count) {
      const user = people(tenant).at(cookies.length % tenant.users.length)
      const at = cookies.push('') - 1
      cookies[at] = await signedIn(origin, user.userPrincipalName)
    }
  }
  await Promise.all(Array.from({ length: 4 }, some))
  return cookies
}

export async function benchHeldCalls(): Promise<void> {
  const bench = await prepare()
  const env = { ...bench.env, LOG_LEVEL: 'info' }
  const first = await startMeasured('gatehouse-server.ts', env)
  const cookies = await signInMany(bench, first)
  await first.end()
  // Another process on the same store: what a thousand sign-ins leave in a heap would hide the calls.
  const server = await startMeasured('gatehouse-server.ts', env)
  const calls = cookies.map((cookie): Call => {
    return { path: '/api/users?top=5', headers: { host: new URL(publicUrl).host, cookie } }
  })
  const pool = new Pool(server.origin, { connections: count })
  // Every session is open in memory, and the code compiled, before anything is held.
  const fewAtOnce = new Pool(server.origin, { connections: 10 })
  await Promise.all(calls.map((call) => ask(fewAtOnce, call)))
  await fewAtOnce.close()
  await sleep(settleMs)
  const idle = await server.memory()

  bench.graph.delayMs = holdMs
  const answered: number[] = []
  const asked = calls.map((call) => ask(pool, call).then((status) => answered.push(status)))
  await sleep(settleMs)
  const held = await server.memory()
  const holding = count - answered.length
  const refused = answered.filter((status) => status !== 200).length

  line(`\nMemory of ${count} calls to an upstream that does not answer, one a user`)
  for (const [name, { resident, inUse }] of [
    ['before', idle],
    ['while they are held', held],
  ] as const) {
    printFigure(
      `${name}: resident, in use, MB`,
      `${(resident / 1e6).toFixed(1)}, ${(inUse / 1e6).toFixed(1)}`,
    )
  }
  printFigure('held, of them at the upstream', `${holding}, ${bench.graph.waiting}`)
  printFigure('refused at once', String(refused))
  const each = (of: keyof Memory) => ((held[of] - idle[of]) / holding / 1000).toFixed(1)
  printFigure('per held call: resident, in use, kB', `${each('resident')}, ${each('inUse')}`)
  await Promise.all([pool.destroy(), ...asked])
  await Promise.all([server.end(), bench.end()])
}

/** What it costs that a session is bound to a key of its device: CPU of its requests and of a refresh, bytes. */
import { createBrowser } from '@gatehouse/tenant/testing'
import { bindSession, challengeIn, deviceCookie } from '../test/support/bound-session.ts'
import { prepare } from './environment.ts'
import { note } from './figures.ts'
import { interleave, median, type Target } from './load.ts'
import { measured } from './machine.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'
import { line, printComparison, printFigure, ratiosOf } from './report.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
/** Of each session: with the question for its first challenge, no more than a session may make in a minute. */
const refreshes = 50
const sessionsPerRound = 6

/** Browsers bind sessions on https alone. */
const publicUrl = 'https://app.example.test'

export async function benchBound(): Promise<void> {
  const bench = await prepare({ publicUrl })
  // One process for both: two of the same program differ by more than what is looked for here.
  const server = await startMeasured('gatehouse-server.ts', bench.env)
  const unbound = createBrowser(server.origin, publicUrl)
  await unbound.signIn()
  const bound = await bindSession(createBrowser(server.origin, publicUrl))
  const target = async (name: string, browser: typeof unbound) => {
    const cookie = await browser.cookieHeader()
    const headers = { host: new URL(publicUrl).host, cookie, 'sec-fetch-site': 'same-origin' }
    return { name, server, headers, path: '/api/me' } satisfies Target
  }
  const targets = [
    await target('a session that is not bound', unbound),
    await target('a bound session', bound.browser),
  ]
  const results = await interleave(targets, rounds, { connections: 10, seconds })
  printComparison('/api/me, bound to a device', targets, results)
  const [baseline = [], own = []] = results
  note({
    name: '/api/me: CPU of a bound session over another one',
    value: median(ratiosOf(own, baseline)),
    unit: '×',
    goal: 1.1,
    others: median(own.map(({ others }) => others)),
  })
  await benchRefresh(server)
  const proof = await bound.browser.cookie(deviceCookie)
  printFigure(
    'cookie of the proof, name and value, bytes',
    String(`${deviceCookie}=${proof}`.length),
  )
  printFigure('name of the session, bytes', String(bound.name.length))
  await server.end()
  await bench.end()
}

async function benchRefresh(server: MeasuredProcess): Promise<void> {
  const perRefresh: number[] = []
  const others: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const chains: (() => Promise<void>)[] = []
    while (chains.length < sessionsPerRound) chains.push(await refreshesOf(server))
    const found = await measured(server, async () => {
      for (const refreshAll of chains) await refreshAll()
    })
    if (round === 0) continue
    perRefresh.push(found.cpuUs / refreshes / sessionsPerRound / 1000)
    others.push(found.others)
  }
  line('\nA refresh')
  const value = median(perRefresh)
  printFigure('CPU in the back end, ms (median of rounds)', value.toFixed(2))
  note({ name: 'A proof of a device: CPU', value, unit: 'ms', others: median(others) })
}

/** Binds a new session. @returns its refreshes: each with the challenge of the one before it, as a browser has it */
async function refreshesOf({ origin }: MeasuredProcess): Promise<() => Promise<void>> {
  const bound = await bindSession(createBrowser(origin, publicUrl))
  let challenge = await bound.askForChallenge()
  return async () => {
    for (let index = 0; index < refreshes; index += 1) {
      const answer = await bound.prove(bound.device.refresh(challenge))
      if (answer.status !== 204) throw new Error(`a refresh answered ${answer.status}`)
      challenge = challengeIn(answer, bound.name)
    }
  }
}

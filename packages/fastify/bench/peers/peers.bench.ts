/**
 * Gatehouse beside the peers that npm has, in one run: a session check, pages of users, a sign-in, and the same with 10 000
 * sessions. It takes about half an hour.
 */
import { type BenchEnvironment, prepare, publicUrl } from '../environment.ts'
import { note } from '../figures.ts'
import { interleave, median, type Target } from '../load.ts'
import { startMeasured, type MeasuredProcess } from '../measured-process.ts'
import { startRedis } from '../redis-server.ts'
import { line, printComparison, printFigure } from '../report.ts'
import {
  ask,
  type Contestant,
  type GatehouseStore,
  gatehouseStores,
  peerCallbacks,
  peerNames,
  startGatehouse,
  startPeer,
} from './contestants.ts'
import { measureSignIns, signInMany } from './sign-ins.ts'
import { figuresOf, ratio, type Measured, type Series } from './verdicts.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
/** How many sessions there are at each, first and then. */
const few = 500
const many = Number(process.env['BENCH_SESSIONS'] ?? 10_000)
/** So many of them make requests, in turn. All of 10 000 would have their activity written once a minute: see docs/performance.md. */
const active = 200

const me = '/api/me'
const users = '/api/users?top='

/** Cookie headers. */
type Sessions = ReadonlyMap<Contestant, readonly string[]>

/** Servers without sessions. */
interface Bases {
  me: MeasuredProcess
  users: MeasuredProcess
}

export async function benchPeers(): Promise<void> {
  const bench = await prepare({ callbacks: peerCallbacks })
  const redis = await startRedis()
  if (!redis) line('redis-server is not installed: its figures are left out.')
  const stores = gatehouseStores(bench, redis?.url)
  const { before, after, sessions } = await measureRequests(bench, stores)
  const signIns = await measureSignIns(bench, stores, after && sessions)
  printSignIns(signIns)
  const found = { before, signIns, ...(after && { after }) }
  for (const figure of figuresOf(found, { few, many })) note(figure)
  redis?.end()
  await bench.end()
}

/** @returns what was measured with few sessions and with many, and the Cookie headers of all, by the server's name */
async function measureRequests(bench: BenchEnvironment, stores: readonly GatehouseStore[]) {
  const contestants: Contestant[] = []
  for (const { name, env } of stores) contestants.push(await startGatehouse(bench, name, env))
  for (const name of peerNames) contestants.push(await startPeer(bench, name))
  const first = await signedInAt(contestants, few)
  const bases = {
    me: await startMeasured('bare-fastify-server.ts', { BENCH_ME: await checked(first) }),
    users: await startMeasured('bare-proxy-server.ts', bench.env),
  }
  const before = await measureAll(few, bases, first)
  const rest = many > few ? await signedInAt(contestants, many - few) : undefined
  const after = rest && (await measureAll(many, bases, rest))
  const servers = [...contestants.map(({ server }) => server), bases.me, bases.users]
  await Promise.all(servers.map((server) => server.end()))
  const sessions = new Map(
    contestants.map((each) => [
      each.name,
      [...(first.get(each) ?? []), ...(rest?.get(each) ?? [])],
    ]),
  )
  return { before, after, sessions }
}

/** Signs in, and opens each session once, as the page does after a sign-in. */
async function signedInAt(contestants: readonly Contestant[], count: number): Promise<Sessions> {
  const sessions = new Map<Contestant, string[]>()
  for (const each of contestants) {
    const cookies = await signInMany(each, count)
    for (const cookie of cookies) await ask(each, me, cookie)
    sessions.set(each, cookies)
  }
  return sessions
}

/** Asks each for what is measured. @returns the JSON of the first one's `/api/me`, for the base */
async function checked(sessions: Sessions): Promise<string> {
  const answers: string[] = []
  for (const [each, [cookie = '']] of sessions) {
    const own = await ask(each, me, cookie)
    const page = await ask(each, `${users}100`, cookie)
    if (!own.includes('"name":') || !page.includes('"person.99@directory.example"')) {
      throw new Error(`${each.name} answers something else: ${own} ${page.slice(0, 200)}`)
    }
    answers.push(own)
  }
  return answers[0] ?? ''
}

/** @param count of the sessions that there are */
async function measureAll(count: number, bases: Bases, sessions: Sessions): Promise<Measured> {
  const when = `, ${count} sessions`
  const bareFastify = { name: 'bare Fastify', server: bases.me }
  const passThrough = { name: 'bare pass-through', server: bases.users }
  const requests = {
    me: await compare(`/api/me${when}`, me, bareFastify, sessions),
    fewUsers: await compare(`/api/users, 5 users${when}`, `${users}5`, passThrough, sessions),
    manyUsers: await compare(`/api/users, 100 users${when}`, `${users}100`, passThrough, sessions),
  }
  const memory = []
  for (const { name, server } of sessions.keys()) {
    memory.push({ name, ...(await server.memory()) })
  }
  line(`\nMemory after a collection${when}: in use, resident, MB`)
  for (const { name, inUse, resident } of memory) {
    printFigure(name, `${(inUse / 1e6).toFixed(1)}  ${(resident / 1e6).toFixed(1)}`)
  }
  return { ...requests, memory }
}

/** @returns the CPU time of a request in each server, microseconds, that of the base first */
async function compare(
  title: string,
  path: string,
  base: Pick<Target, 'name' | 'server'>,
  sessions: Sessions,
): Promise<Series[]> {
  const headers = { host: new URL(publicUrl).host, 'sec-fetch-site': 'same-origin' }
  const targets: Target[] = [
    { ...base, path, headers },
    ...[...sessions].map(([{ name, server }, all]) => {
      const step = Math.ceil(all.length / active)
      const cookies = all.filter((_, index) => index % step === 0)
      return { name, server, path, headers, cookies }
    }),
  ]
  const results = await interleave(targets, rounds, { connections: 10, seconds })
  printComparison(title, targets, results, 1)
  return targets.map(({ name }, index) => ({
    name,
    values: results[index]?.map(({ cpuUs }) => cpuUs) ?? [],
    others: median(results[index]?.map(({ others }) => others) ?? []),
  }))
}

function printSignIns(signIns: readonly Series[]): void {
  const [first] = signIns
  line(`\nA sign-in: CPU, ms (ratio to ${first?.name}; each round)`)
  for (const own of signIns) {
    const value = median(own.values).toFixed(2)
    const each = own.values.map((one) => one.toFixed(2)).join(' ')
    printFigure(own.name, `${value} (${ratio(own, first).toFixed(2)}; ${each})`)
  }
}

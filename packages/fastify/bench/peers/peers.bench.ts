/**
 * Gatehouse beside the peers that npm has, in one run: a session check, pages of users, a sign-in, and the same with 10 000
 * sessions. It takes about half an hour.
 */
import { prepare, publicUrl } from '../environment.ts'
import { note } from '../figures.ts'
import { interleave, median, type Target } from '../load.ts'
import { startMeasured, type MeasuredProcess } from '../measured-process.ts'
import { startRedis } from '../redis-server.ts'
import { line, printComparison, printFigure } from '../report.ts'
import { peerCallbacks, startGatehouse, startPeer, type Contestant } from './contestants.ts'
import { measureSignIns, signInMany } from './sign-ins.ts'
import { figuresOf, ratio, type Measured, type Series } from './verdicts.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const count = Number(process.env['BENCH_SESSIONS'] ?? 10_000)
/** Sign-ins at each before the first measurement, so that the code is compiled. */
const warmUp = 500

const me = '/api/me'
const users = '/api/users?top='

/** The Cookie headers that requests have in turn. */
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
  const contestants = [
    await startGatehouse(bench, 'Gatehouse, sqlite', {}),
    ...(redis ? [await startGatehouse(bench, 'Gatehouse, redis', { STORE_URL: redis.url })] : []),
    await startPeer(bench, 'express-openid-connect'),
    await startPeer(bench, 'better-auth'),
  ]
  for (const each of contestants) await signInMany(each, warmUp)
  const one = await signedInAt(contestants, 1)
  const bases = {
    me: await startMeasured('bare-fastify-server.ts', { BENCH_ME: await checked(one) }),
    users: await startMeasured('bare-proxy-server.ts', bench.env),
  }
  const before = await measureAll('', bases, one)
  const after = await measureAll(`, ${count} sessions`, bases, await signedInAt(contestants, count))
  for (const figure of figuresOf(before, after, count)) note(figure)

  await Promise.all([
    ...contestants.map(({ server }) => server.end()),
    bases.me.end(),
    bases.users.end(),
  ])
  redis?.end()
  await bench.end()
}

async function signedInAt(contestants: readonly Contestant[], many: number): Promise<Sessions> {
  const sessions = new Map<Contestant, string[]>()
  for (const each of contestants) sessions.set(each, await signInMany(each, many))
  return sessions
}

/** Asks each for what is measured. @returns the JSON of the first one's `/api/me`, for the base */
async function checked(sessions: Sessions): Promise<string> {
  const answers: string[] = []
  for (const [{ name, server }, [cookie = '']] of sessions) {
    const ask = async (path: string) =>
      (await fetch(`${server.origin}${path}`, { headers: { cookie }, redirect: 'manual' })).text()
    const [own, page] = [await ask(me), await ask(`${users}100`)]
    if (!own.includes('"name":') || !page.includes('"person.99@directory.example"')) {
      throw new Error(`${name} answers something else: ${own} ${page.slice(0, 200)}`)
    }
    answers.push(own)
  }
  return answers[0] ?? ''
}

async function measureAll(when: string, bases: Bases, sessions: Sessions): Promise<Measured> {
  const bareFastify = { name: 'bare Fastify', server: bases.me }
  const passThrough = { name: 'bare pass-through', server: bases.users }
  const requests = {
    me: await compare(`/api/me${when}`, me, bareFastify, sessions),
    fewUsers: await compare(`/api/users, 5 users${when}`, `${users}5`, passThrough, sessions),
    manyUsers: await compare(`/api/users, 100 users${when}`, `${users}100`, passThrough, sessions),
  }
  const signIns = await measureSignIns([...sessions.keys()], rounds)
  const memory = []
  for (const { name, server } of sessions.keys()) {
    memory.push({ name, ...(await server.memory()) })
  }
  printRest(when, signIns, memory)
  return { ...requests, signIns, memory }
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
    ...[...sessions].map(([{ name, server }, cookies]) => ({
      name,
      server,
      path,
      headers,
      cookies,
    })),
  ]
  const results = await interleave(targets, rounds, { connections: 10, seconds })
  printComparison(title, targets, results, 1)
  return targets.map(({ name }, index) => ({
    name,
    values: results[index]?.map(({ cpuUs }) => cpuUs) ?? [],
    others: median(results[index]?.map(({ others }) => others) ?? []),
  }))
}

function printRest(when: string, signIns: Series[], memory: Measured['memory']): void {
  const [first] = signIns
  line(`\nA sign-in${when}: CPU, ms (ratio to ${first?.name})`)
  for (const own of signIns) {
    const value = median(own.values).toFixed(2)
    printFigure(own.name, `${value} (${ratio(own, first).toFixed(2)})`)
  }
  line(`\nMemory after a collection${when}: in use, resident, MB`)
  for (const { name, inUse, resident } of memory) {
    printFigure(name, `${(inUse / 1e6).toFixed(1)}  ${(resident / 1e6).toFixed(1)}`)
  }
}

/**
 * `npm run bench -- peers`: Gatehouse beside express-openid-connect, in turn, at the same tenant and the same Graph. Only on
 * demand, because the peer is installed apart.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createBrowser, type Browser } from '@gatehouse/tenant/testing'
import { Agent, setGlobalDispatcher } from 'undici'
import { startTlsTenant, type TlsTenant } from '../../../foreign-clients/tls-tenant.ts'
import { prepare, publicUrl } from './environment.ts'
import { note } from './figures.ts'
import { interleave, median, type Target } from './load.ts'
import { measured } from './machine.ts'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'
import { line, printComparison, printFigure, ratiosOf } from './report.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
/** Sign-ins before the measurement, so that the code is compiled, and in each round. */
const warmUp = 300
const perRound = 60

const installed = join(
  import.meta.dirname,
  '../../../foreign-clients/node_modules/express-openid-connect',
)

interface Contender {
  name: string
  server: MeasuredProcess
  /** The address that starts a sign-in. */
  signInPath: string
}

export async function benchPeers(): Promise<void> {
  if (!existsSync(installed)) {
    line('The peers are not installed: npm ci --prefix foreign-clients')
    process.exitCode = 1
    return
  }
  // It puts a large session into several cookies, of more than 16 kB together.
  setGlobalDispatcher(new Agent({ maxHeaderSize: 256 * 1024 }))
  const at = await startTlsTenant({ web: { redirectUris: callbacks } })
  const bench = await prepare({ tenant: at })
  const trusting = { NODE_EXTRA_CA_CERTS: at.certificates.authorityFile }
  const peer = await startMeasured('peer-express-openid-connect.mjs', {
    ...bench.env,
    ...trusting,
    NODE_ENV: 'production',
    ISSUER: at.issuer,
    CLIENT_ID: at.client.clientId,
    CLIENT_SECRET: at.client.clientSecret,
    PUBLIC_URL: publicUrl,
    SESSION_SECRET: randomBytes(32).toString('hex'),
  })
  const contenders: Contender[] = [
    { name: 'express-openid-connect', server: peer, signInPath: '/login' },
    {
      name: 'Gatehouse, sqlite',
      server: await startMeasured('gatehouse-server.ts', { ...bench.env, ...trusting }),
      signInPath: '/auth/sign-in',
    },
  ]
  await compareRequests(at, contenders)
  await compareSignIns(at, contenders)
  await Promise.all(contenders.map(({ server }) => server.end()))
  await bench.end()
  await at.end()
}

const callbacks = [`${publicUrl}/callback`, `${publicUrl}/auth/redirect`]

async function signIn({ server, signInPath }: Contender, user: string): Promise<Browser> {
  const browser = createBrowser(server.origin, publicUrl)
  const { location } = await browser.get(signInPath)
  const answer = await browser.get(await browser.callbackFrom(location, { user }))
  if (answer.status < 300 || answer.status > 399)
    throw new Error(`The sign-in ended with ${answer.status}: ${answer.text}`)
  return browser
}

function peopleOf({ tenant }: TlsTenant): string[] {
  const enabled = tenant.users.filter(({ accountEnabled }) => accountEnabled)
  return enabled.slice(0, 200).map(({ userPrincipalName }) => userPrincipalName)
}

async function compareRequests(at: TlsTenant, contenders: Contender[]): Promise<void> {
  const [user = ''] = peopleOf(at)
  const cookies = await Promise.all(
    contenders.map(async (contender) => (await signIn(contender, user)).cookieHeader()),
  )
  for (const path of ['/api/me', '/api/users?top=5', '/api/users?top=100']) {
    const targets = contenders.map(({ name, server }, index): Target => ({
      name,
      server,
      path,
      headers: { host: new URL(publicUrl).host, cookie: cookies[index] ?? '' },
    }))
    const results = await interleave(targets, rounds, { connections: 10, seconds })
    printComparison(`${path} beside express-openid-connect`, targets, results)
    const [base = [], own = []] = results
    note({
      name: `${path}: CPU over express-openid-connect's`,
      value: median(ratiosOf(own, base)),
      unit: '×',
      goal: 1,
      others: median(own.map(({ others }) => others)),
    })
  }
}

async function compareSignIns(at: TlsTenant, contenders: Contender[]): Promise<void> {
  const people = peopleOf(at)
  let turn = 0
  const several = async (contender: Contender, count: number) => {
    for (let done = 0; done < count; done += 1) {
      await signIn(contender, people[turn++ % people.length] ?? '')
    }
  }
  for (const contender of contenders) await several(contender, warmUp)
  const costs: number[][] = contenders.map(() => [])
  const others: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const one = await measured(contender.server, () => several(contender, perRound))
      costs[index]?.push(one.cpuUs / perRound / 1000)
      others.push(one.others)
    }
  }
  line('\nSign-in, over TLS, beside express-openid-connect')
  for (const [index, { name }] of contenders.entries()) {
    printFigure(`${name}: CPU, ms (median of rounds)`, median(costs[index] ?? []).toFixed(2))
  }
  const [base = [], own = []] = costs
  const ratios = own.map((cost, round) => cost / (base[round] ?? Number.NaN))
  note({
    name: 'A sign-in: CPU over express-openid-connect’s',
    value: median(ratios),
    unit: '×',
    goal: 1,
    others: median(others),
  })
}

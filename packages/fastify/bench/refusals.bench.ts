/** CPU per refused request, compared with a signed-in `/api/me`, with the log of a deployment. */
import { createBrowser } from '@gatehouse/tenant/testing'
import { prepare, publicUrl, signedIn, type BenchEnvironment } from './environment.ts'
import { interleave, type Target } from './load.ts'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'
import { printComparison } from './report.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 4)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 1)

const { host } = new URL(publicUrl)
const fromHere = { host, 'sec-fetch-site': 'same-origin' }

/** Cookies of an ended session, and of a sign-in that waits for its callback. */
async function otherCookies({
  origin,
}: MeasuredProcess): Promise<{ ended: string; attempt: string }> {
  const browser = createBrowser(origin, publicUrl)
  await browser.signIn()
  const ended = await browser.cookieHeader()
  await browser.post('/auth/sign-out')
  await browser.startSignIn()
  return { ended, attempt: await browser.cookieHeader() }
}

async function refusals(server: MeasuredProcess, cookie: string): Promise<Target[]> {
  const { ended, attempt } = await otherCookies(server)
  const me = { server, path: '/api/me' }
  const callback = {
    server,
    path: `/auth/redirect?code=${'c'.repeat(800)}&state=${'s'.repeat(43)}`,
  }
  const signOut = { server, path: '/auth/sign-out', method: 'POST' } as const
  const signedOut = { ...fromHere, 'content-type': 'application/json' }
  const junk = `session-5173=${'A'.repeat(9000)}`
  return [
    { ...me, name: '401 no cookie', status: 401, headers: fromHere },
    { ...me, name: '401 9 kB of junk', status: 401, headers: { ...fromHere, cookie: junk } },
    {
      ...me,
      name: '401 a session that is over',
      status: 401,
      headers: { ...fromHere, cookie: ended },
    },
    {
      ...me,
      name: '403 another site',
      status: 403,
      headers: { host, cookie, 'sec-fetch-site': 'cross-site' },
    },
    { ...me, name: '404', path: '/api/nowhere', status: 404, headers: { ...fromHere, cookie } },
    { ...me, name: '405', method: 'PUT', status: 405, headers: { ...fromHere, cookie } },
    {
      ...me,
      name: '400 a bad query',
      path: '/api/users?top=x',
      status: 400,
      headers: { ...fromHere, cookie },
    },
    { ...callback, name: 'callback, no attempt', status: 303, headers: { host } },
    { ...callback, name: 'callback, wrong state', status: 303, headers: { host, cookie: attempt } },
    { ...signOut, name: '403 sign-out without proof', status: 403, headers: { host, cookie } },
    {
      ...signOut,
      name: '413',
      status: 413,
      headers: signedOut,
      body: JSON.stringify('x'.repeat(20_000)),
    },
  ]
}

export async function benchRefusals(): Promise<void> {
  const bench = await prepare()
  const server = await startLogging(bench)
  const headers = { ...fromHere, cookie: await signedIn(server.origin) }
  const once = { ...headers, connection: 'close' }
  const me = { name: '/api/me, signed in', server, path: '/api/me', headers }
  await compare('Refusals', [
    me,
    { ...me, name: '/api/users?top=5, signed in', path: '/api/users?top=5' },
    // A refused body ends its connection, which is part of the cost.
    { ...me, name: '/api/me, a connection each', headers: once },
    { ...me, name: '/api/users, a connection each', path: '/api/users?top=5', headers: once },
    ...(await refusals(server, headers.cookie)),
  ])

  // Alone, because all of it has to happen within one minute of the counters.
  const limited = await prepare({ rateLimits: { perAddress: 10, perSession: 10 } })
  const busy = await startLogging(limited)
  const cookie = await signedIn(busy.origin)
  await exhaust(busy, cookie)
  const stopped = { server: busy, status: 429, headers: { ...fromHere, cookie } }
  await compare('Refusals by a rate limit', [
    me,
    { ...stopped, name: '429 by session', path: '/api/me' },
    { ...stopped, name: '429 by address', path: '/auth/sign-in' },
  ])
  await Promise.all([server.end(), busy.end(), bench.end(), limited.end()])
}

/** The back end with the log of production: a refusal writes a line, a success does not. */
function startLogging({ env }: BenchEnvironment): Promise<MeasuredProcess> {
  return startMeasured('gatehouse-server.ts', { ...env, LOG_LEVEL: 'info' })
}

async function compare(title: string, targets: Target[]): Promise<void> {
  printComparison(title, targets, await interleave(targets, rounds, { connections: 10, seconds }))
}

/** Sends requests until all answers are 429. */
async function exhaust({ origin }: MeasuredProcess, cookie: string): Promise<void> {
  const browser = createBrowser(origin, publicUrl)
  for (const path of ['/api/me', '/auth/sign-in']) {
    for (let asked = 0; asked < 12; asked += 1) await browser.send(path, { cookie })
  }
}

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBrowser, useNewConnections, whoAmI, type Browser } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'
import { runServer, type Instance } from './instance.ts'

const workers = 3
/** Connections go to the workers in turn: so many meet each of them several times. */
const manyConnections = workers * 4

let deployment: Deployment
let machine: Instance
beforeAll(async () => {
  useNewConnections()
  deployment = await prepareDeployment({ env: { WORKERS: String(workers) } })
  machine = await deployment.start()
  await allServe()
})
afterAll(() => deployment.end())

/** Not only there, but listening: while one of them is the only one that does, its death is everybody's. */
function allServe(): Promise<number> {
  const output = () => machine.process().output()
  return eventually('all workers serve', () => output().includes('workers serve'))
}

function workerIds(): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(machine.process().pid)], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean).map(Number)
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function signedIn(at = 0): Promise<Browser> {
  const browser = createBrowser(machine.origin, deployment.publicUrl)
  const user = deployment.tenant.users[at]?.userPrincipalName ?? ''
  expect((await browser.signIn({ user })).location).toBe('/')
  return browser
}

/** What the workers answer, each asked several times. */
function ofAllWorkers(browser: Browser): Promise<(string | number)[]> {
  return Promise.all(Array.from({ length: manyConnections }, () => whoAmI(browser)))
}

const all = (answer: unknown) => Array.from({ length: manyConnections }, () => answer)

it('a session of one worker is known to all of them', async () => {
  const browser = await signedIn(3)
  expect(await ofAllWorkers(browser)).toEqual(all(deployment.tenant.users[3]?.id))
})

it('a sign-out is kept by every worker at once', async () => {
  const slowest: number[] = []
  for (let turn = 0; turn < 5; turn += 1) {
    const browser = await signedIn()
    const cookie = await browser.cookieHeader()
    await ofAllWorkers(browser)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
    const ask = async () => (await browser.send('/api/me', { cookie })).status
    const refusedAfter = await eventually(
      'every worker refuses',
      async () =>
        (await Promise.all(Array.from({ length: manyConnections }, ask))).every(
          (status) => status === 401,
        ),
      1000,
    )
    slowest.push(refusedAfter)
    // For good: nothing that was under way brought it back.
    for (let later = 0; later < manyConnections; later += 1) expect(await ask()).toBe(401)
  }
  expect(Math.max(...slowest)).toBeLessThan(1000)
})

it('a worker that dies is replaced, and nobody is signed out', async () => {
  const browsers = await Promise.all([1, 2, 4].map((at) => signedIn(at)))
  const before = workerIds()
  const [victim = 0] = before
  process.kill(victim, 'SIGKILL')
  await eventually('another worker runs', () => {
    const now = workerIds()
    return now.length === workers && !now.includes(victim)
  })
  await eventually('all workers answer', async () =>
    (await ofAllWorkers(browsers[0] ?? (await signedIn()))).every(
      (answer) => answer === deployment.tenant.users[1]?.id,
    ),
  )
  for (const [index, at] of [1, 2, 4].entries()) {
    const browser = browsers[index]
    expect(browser && (await ofAllWorkers(browser))).toEqual(all(deployment.tenant.users[at]?.id))
  }
  expect(machine.process().output()).toContain(`Worker ${victim} ended`)
})

it('TS16 all processes killed during writes: the next start is clean, and sessions are kept', async () => {
  const early = await signedIn(5)
  const finished: { browser: Browser; at: number }[] = []
  const writers = [6, 7, 8, 9].map(async (at) => {
    // For ever, that is: until nobody answers any more.
    for (;;) {
      const browser = await signedIn(at)
      finished.push({ browser, at })
      await browser.post('/api/session/extend')
    }
  })
  const ended = Promise.allSettled(writers)
  await eventually('some have signed in', () => finished.length >= 8)
  const children = workerIds()
  for (const pid of [machine.process().pid, ...children]) process.kill(pid, 'SIGKILL')
  await Promise.all([ended, machine.process().ended])
  await machine.startAgain()
  await allServe()
  expect(await ofAllWorkers(early)).toEqual(all(deployment.tenant.users[5]?.id))
  for (const { browser, at } of finished) {
    expect(await whoAmI(browser)).toBe(deployment.tenant.users[at]?.id)
  }
  expect(machine.process().output()).toBe(`${workers} workers serve.\n`)
  expect(finished.length).toBeGreaterThanOrEqual(8)
})

it('the end of the supervisor is the end of all workers', async () => {
  const children = workerIds()
  expect(children).toHaveLength(workers)
  expect(await machine.end('SIGTERM')).toBe(0)
  expect(children.filter(runs)).toEqual([])
  await machine.startAgain()
})

it('workers whose supervisor was killed end as well', async () => {
  await allServe()
  const children = workerIds()
  await machine.end('SIGKILL')
  expect(children).toHaveLength(workers)
  await eventually('no worker is left', () => !children.some(runs))
  await machine.startAgain()
})

it('a port that is taken is one sentence and exit code 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const program = runServer({ ...deployment.env, PORT: String(port) })
  const code = await Promise.race([program.ended, sleep(20_000, 'still running', { ref: false })])
  taken.close()
  await program.end('SIGKILL')
  expect(code).toBe(1)
  expect(program.output()).toBe(`Port ${port} is taken. Set PORT to move the back end.\n`)
})

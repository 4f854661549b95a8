import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBrowser, sameBrowser, useNewConnections, whoAmI, type Browser } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'
import { runServer, type Instance } from './instance.ts'
import { people } from '@gatehouse/tenant/testing'

/** Three processes on one machine share one SQLite file. */
let deployment: Deployment
let instances: Instance[] = []
beforeAll(async () => {
  useNewConnections()
  deployment = await prepareDeployment()
  instances = await Promise.all([1, 2, 3].map(() => deployment.start()))
})
afterAll(() => deployment.end())

async function signedIn(at = 0, instance = instances[0]): Promise<Browser> {
  const browser = createBrowser(instance?.origin ?? '', deployment.publicUrl)
  const user = people(deployment.tenant).at(at).userPrincipalName
  expect((await browser.signIn({ user })).location).toBe('/')
  return browser
}

/** The answer of each process to this browser. */
function ofAll(browser: Browser): Promise<(string | number)[]> {
  return Promise.all(
    instances.map(({ origin }) => whoAmI(sameBrowser(browser, origin, deployment.publicUrl))),
  )
}

const all = (answer: unknown) => instances.map(() => answer)

it('a session of one process is known to all of them', async () => {
  const browser = await signedIn(3)
  expect(await ofAll(browser)).toEqual(all(people(deployment.tenant).at(3).id))
})

it('a sign-out applies in every process at once', async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    const browser = await signedIn()
    const cookie = await browser.cookieHeader()
    await ofAll(browser)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
    const ask = async ({ origin }: Instance) =>
      (await createBrowser(origin, deployment.publicUrl).send('/api/me', { cookie })).status
    const statuses = () => Promise.all(instances.map(ask))
    await eventually(
      'every process refuses',
      async () => (await statuses()).every((status) => status === 401),
      1000,
    )
    // It stays ended: no write that was under way restores it.
    for (let later = 0; later < 4; later += 1) expect(await statuses()).toEqual(all(401))
  }
})

it('all of them write at once, and none waits for the others', async () => {
  const browsers = await Promise.all(
    Array.from({ length: 60 }, (_, at) => signedIn(at % 20, instances[at % instances.length])),
  )
  const answers = await Promise.all(browsers.map(ofAll))
  for (const [at, answer] of answers.entries()) {
    expect(answer).toEqual(all(people(deployment.tenant).at(at % 20).id))
  }
})

it('all killed during writes: the next start is clean, and sessions are kept', async () => {
  const early = await signedIn(5)
  const finished: { browser: Browser; at: number }[] = []
  const writers = [6, 7, 8, 9].map(async (at) => {
    // Until no process answers any more.
    for (;;) {
      const browser = await signedIn(at, instances[at % instances.length])
      finished.push({ browser, at })
    }
  })
  const ended = Promise.allSettled(writers)
  await eventually('some have signed in', () => finished.length >= 8)
  for (const instance of instances) process.kill(instance.process().pid, 'SIGKILL')
  await Promise.all([ended, ...instances.map((instance) => instance.process().ended)])
  await Promise.all(instances.map((instance) => instance.startAgain()))
  expect(await ofAll(early)).toEqual(all(people(deployment.tenant).at(5).id))
  for (const { browser, at } of finished) {
    expect(await whoAmI(browser)).toBe(people(deployment.tenant).at(at).id)
  }
})

it('a port that is in use leads to one sentence and exit code 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const program = runServer({ ...deployment.env, PORT: String(port) })
  const code = await Promise.race([program.ended, sleep(20_000, 'still running', { ref: false })])
  taken.close()
  await program.end('SIGKILL')
  expect(code).toBe(1)
  expect(program.output()).toBe(
    `Port ${port} is in use. Stop the other program, or set PORT to another port.\n`,
  )
})

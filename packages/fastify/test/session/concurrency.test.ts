import type { Claims } from '@gatehouse/contract/claims'
import type { Me } from '@gatehouse/shared/me'
import type { Users } from '@gatehouse/shared/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import type { Browser } from '@gatehouse/tenant/testing'
import type { Instance } from '@gatehouse/test-support/gatehouse'
import { storeKinds } from '@gatehouse/test-support/tier'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const people = 20
const requestsEach = 50
const minute = 60_000

/** The user whose answer came back, by the object id in it. */
const asks: ((browser: Browser) => Promise<string>)[] = [
  async (browser) => ((await browser.get('/api/me')).json() as Me).objectId,
  async (browser) => String(((await browser.get('/api/claims')).json() as Claims).claims['oid']),
  async (browser) => ((await browser.get('/api/users')).json() as Users).users[0]?.id ?? 'nobody',
]

describe.each(storeKinds)('on %s, 20 users at once with 50 requests each', (store) => {
  const gatehouse = useTestApp({
    store,
    config: {
      session: { idleMinutes: 1440, absoluteMinutes: 43_200 },
    },
    oneClock: true,
  })
  let remote: Instance
  beforeAll(async () => {
    remote = await gatehouse().startSecondInstance()
  })
  afterAll(() => remote.close())

  /** Graph answers with the user of the access token, sometimes late. */
  function graphNamesTheCaller(): void {
    let calls = 0
    gatehouse().tenant.faults.set({
      at: 'users',
      kind: 'respondWith',
      answer: async (request) => {
        calls += 1
        if (calls % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
        const names = { displayName: null, givenName: null, surname: null, mail: null }
        const caller = { ...names, id: bearerObjectId(request), userPrincipalName: 'caller' }
        return { status: 200, body: { value: [caller] } }
      },
    })
  }

  async function everybodySignsIn(): Promise<{ id: string; browsers: Browser[] }[]> {
    const users = gatehouse().tenant.users.slice(10, 10 + people)
    return Promise.all(
      users.map(async ({ id, userPrincipalName }) => {
        const local = gatehouse().browser()
        await local.signIn({ user: userPrincipalName })
        return { id, browsers: [local, remote.browser(local)] }
      }),
    )
  }

  /** In turns, so that the requests of the users are mixed. */
  async function everybodyAsks(
    signedIn: { id: string; browsers: Browser[] }[],
    turns: number,
  ): Promise<{ expected: string; got: string | undefined }[]> {
    return Promise.all(
      Array.from({ length: turns }, (_, turn) => turn).flatMap((turn) =>
        signedIn.map(async ({ id, browsers }, index) => {
          const [ask, browser] = [asks[(turn + index) % asks.length], browsers[turn % 2]]
          return { expected: id, got: browser && (await ask?.(browser)) }
        }),
      ),
    )
  }

  it('gives each user their own answers if all tokens have expired at the start', async () => {
    graphNamesTheCaller()
    const signedIn = await everybodySignsIn()
    gatehouse().advance(100 * minute)
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 100 })
    const answers = await everybodyAsks(signedIn, requestsEach)
    expect(answers).toHaveLength(people * requestsEach)
    expect(answers.filter(({ expected, got }) => expected !== got)).toEqual([])
    // Once each, although two instances needed the new token.
    expect(gatehouse().tenant.journal.count('token')).toBe(2 * people)
  })

  it('gives each user their own answers if tokens expire again and again meanwhile', async () => {
    graphNamesTheCaller()
    const signedIn = await everybodySignsIn()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 30 })
    const waves = 5
    const answers: Awaited<ReturnType<typeof everybodyAsks>> = []
    for (let wave = 0; wave < waves; wave += 1) {
      const underWay = everybodyAsks(signedIn, requestsEach / waves)
      // In the middle of them, every token expires.
      await new Promise((resolve) => setTimeout(resolve, 40))
      gatehouse().advance(100 * minute)
      answers.push(...(await underWay))
    }
    expect(answers).toHaveLength(people * requestsEach)
    expect(answers.filter(({ expected, got }) => expected !== got)).toEqual([])
    const count = refreshes(gatehouse().tenant).length
    // A refresh in progress when the clock moves counts from the moment of its answer.
    expect(count).toBeGreaterThanOrEqual(people * 2)
    expect(count).toBeLessThanOrEqual(people * (waves + 1))
  })
})

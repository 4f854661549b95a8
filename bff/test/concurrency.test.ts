import type { Claims } from '@gatehouse/shared/claims'
import type { Me } from '@gatehouse/shared/me'
import type { Users } from '@gatehouse/shared/users'
import { expect, it } from 'vitest'
import { bearerObjectId } from './support/bearer.ts'
import type { Browser } from './support/browser.ts'
import { useGatehouse } from './support/use-gatehouse.ts'

const people = 20
const requestsEach = 50

const gatehouse = useGatehouse({
  config: { session: { idleMinutes: 1440, absoluteMinutes: 43_200 } },
  oneClock: true,
})

/** Whose answer came back, by the object id in it. */
const asks: ((browser: Browser) => Promise<string>)[] = [
  async (browser) => ((await browser.get('/api/me')).json() as Me).objectId,
  async (browser) => String(((await browser.get('/api/claims')).json() as Claims).claims['oid']),
  async (browser) => ((await browser.get('/api/users')).json() as Users).users[0]?.id ?? 'nobody',
]

/** Graph answers with whoever the access token is of, now and then late. */
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

it('gives every one of 20 users at once their own answers, 50 times over', async () => {
  const users = gatehouse().tenant.users.slice(10, 10 + people)
  graphNamesTheCaller()
  const browsers = users.map(() => gatehouse().browser())
  await Promise.all(
    browsers.map((browser, index) =>
      browser.signIn({ user: users[index]?.userPrincipalName ?? '' }),
    ),
  )
  // Everybody's access token has run out, so twenty refreshes go on at once among the calls.
  gatehouse().advance(100 * 60_000)
  gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 100 })
  const turns = Array.from({ length: requestsEach }, (_, turn) => turn)
  // Turn by turn, so that the users' requests are mixed and not one user's after another's.
  const answers = await Promise.all(
    turns.flatMap((turn) =>
      browsers.map(async (browser, index) => {
        const ask = asks[(turn + index) % asks.length]
        return { expected: users[index]?.id, got: await ask?.(browser) }
      }),
    ),
  )
  expect(answers).toHaveLength(people * requestsEach)
  expect(answers.filter(({ expected, got }) => expected !== got)).toEqual([])
  expect(gatehouse().tenant.journal.count('token')).toBe(2 * people)
})

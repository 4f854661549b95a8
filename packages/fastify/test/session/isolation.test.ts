import type { Claims } from '@gatehouse/contract/claims'
import type { Me } from '@gatehouse/shared/me'
import type { Users } from '@gatehouse/shared/users'
import { expect, it } from 'vitest'
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import type { Answer, Browser } from '@gatehouse/tenant/testing'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const people = 50
const callsEach = 60
// 500 requests at once at most: on a busy machine more of them outlast the eight seconds that a token may take.
const waves = 10
const unlimited = 1_000_000
const gatehouse = useTestApp({
  config: {
    session: { idleMinutes: 1440, absoluteMinutes: 43_200 },
    rateLimits: { perAddress: unlimited, perSession: unlimited },
  },
  env: { LOG_LEVEL: 'silent' },
  oneClock: true,
})

/** The user whose answer came back, by the object id in it. The status, if it is an error. */
const asks: { path: string; whose: (answer: Answer) => unknown }[] = [
  { path: '/api/users', whose: ({ json }) => (json() as Users).users[0]?.id },
  { path: '/api/me', whose: ({ json }) => (json() as Me).objectId },
  { path: '/api/users', whose: ({ json }) => (json() as Users).users[0]?.id },
  { path: '/api/claims', whose: ({ json }) => (json() as Claims).claims['oid'] },
]

interface Person {
  id: string
  browser: Browser
  /** What Graph answers to this user: their own id, 429 or 403. */
  fate: 200 | 403 | 429
}

/** Graph answers with the user of the token. It throttles some users, refuses some, and lets some wait. */
function graphKnowsTheCaller(fates: ReadonlyMap<string, Person['fate']>): void {
  let calls = 0
  gatehouse().tenant.faults.set({
    at: 'users',
    kind: 'respondWith',
    answer: async (request) => {
      calls += 1
      const wait = calls % 11 === 0 ? 30 : 0
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      const id = bearerObjectId(request)
      const status = fates.get(id) ?? 500
      if (status !== 200) return { status, headers: { 'retry-after': '77' }, body: { error: {} } }
      const names = { displayName: null, givenName: null, surname: null, mail: null }
      return { status, body: { value: [{ ...names, id, userPrincipalName: id }] } }
    },
  })
}

async function everybodySignsIn(): Promise<Person[]> {
  const users = gatehouse().tenant.users.slice(20, 20 + people)
  return Promise.all(
    users.map(async ({ id, userPrincipalName }, place) => {
      const browser = gatehouse().browser()
      await browser.signIn({ user: userPrincipalName })
      const fate = place % 10 === 3 ? 429 : place % 10 === 7 ? 403 : 200
      return { id, browser, fate }
    }),
  )
}

/** @returns what was wrong with the answer; undefined if it was this user's own */
async function ask({ id, browser, fate }: Person, turn: number): Promise<string | undefined> {
  const { path, whose } = asks[turn % asks.length] ?? { path: '', whose: () => undefined }
  const answer = await browser.get(path)
  if (path === '/api/users' && fate !== 200) {
    const retryAfter = fate === 429 ? '77' : undefined
    const right = answer.status === fate && answer.headers['retry-after'] === retryAfter
    return right ? undefined : `${id} got ${answer.status} ${answer.text}`
  }
  const right = answer.status === 200 && whose(answer) === id
  return right ? undefined : `${id} got ${answer.status} ${answer.text}`
}

it(`50 users with ${callsEach} calls each at once, expiring tokens and throttling: each user gets their own answers`, async () => {
  const everybody = await everybodySignsIn()
  graphKnowsTheCaller(new Map(everybody.map(({ id, fate }) => [id, fate])))
  gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 30 })
  const wrong: string[] = []
  let answered = 0
  // In turns, so that the calls of the users are mixed.
  const turns = Array.from({ length: callsEach / waves }, (_, turn) => turn)
  for (let wave = 0; wave < waves; wave += 1) {
    // Every token expires, and all ask at the same time. Never while a token is under way: it would be
    // hours old when it arrives.
    gatehouse().advance(100 * 60_000)
    await Promise.all(
      turns.flatMap((turn) =>
        everybody.map(async (person, place) => {
          const problem = await ask(person, turn + place)
          if (problem !== undefined) wrong.push(problem)
          answered += 1
        }),
      ),
    )
  }
  expect(wrong).toEqual([])
  expect(answered).toBe(people * callsEach)
  expect(refreshes(gatehouse().tenant)).toHaveLength(people * waves)
}, 240_000)

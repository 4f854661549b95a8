import type { Claims } from '@gatehouse/contract/claims'
import type { Me } from '@gatehouse/shared/me'
import type { Users } from '@gatehouse/shared/users'
import { expect, it } from 'vitest'
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import { count } from '@gatehouse/test-support/tier'
import type { Answer, Browser } from '@gatehouse/tenant/testing'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const people = 50
const callsEach = count({ quick: 60, all: 200 })
// 500 requests at once at most: on a busy machine more of them outlast the eight seconds that a token may take.
const waves = count({ quick: 10, all: 20 })
const unlimited = 1_000_000
const gatehouse = useTestApp({
  config: {
    session: { idleMinutes: 1440, absoluteMinutes: 43_200 },
    rateLimits: { perAddress: unlimited, perSession: unlimited },
  },
  env: { LOG_LEVEL: 'silent' },
  oneClock: true,
})

/** Whose answer came back, by the object id in it; for a refusal, its status. */
const asks: { path: string; whose: (answer: Answer) => unknown }[] = [
  { path: '/api/users', whose: ({ json }) => (json() as Users).users[0]?.id },
  { path: '/api/me', whose: ({ json }) => (json() as Me).objectId },
  { path: '/api/users', whose: ({ json }) => (json() as Users).users[0]?.id },
  { path: '/api/claims', whose: ({ json }) => (json() as Claims).claims['oid'] },
]

interface Person {
  id: string
  browser: Browser
  /** What Graph answers to this person: their own id, a throttle, or a no. */
  fate: 200 | 403 | 429
}

/** Graph answers with whoever the token is of; some it throttles, some it refuses, some it lets wait. */
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

/** @returns what was wrong with the answer; undefined where it was this person's own */
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

it(`50 users with ${callsEach} calls each at once, tokens that run out, and throttles: everybody has their own`, async () => {
  const everybody = await everybodySignsIn()
  graphKnowsTheCaller(new Map(everybody.map(({ id, fate }) => [id, fate])))
  gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 30 })
  const wrong: string[] = []
  let answered = 0
  // Turn by turn, so that the users' calls are mixed and not one user's after another's.
  const turns = Array.from({ length: callsEach / waves }, (_, turn) => turn)
  for (let wave = 0; wave < waves; wave += 1) {
    // Every token is over, and all ask at once. Never while a token is on its way: Entra would have
    // made it hours ago.
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

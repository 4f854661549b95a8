/** Two back ends on one store, and people who are signed in on both. */
import { afterAll, beforeAll, expect } from 'vitest'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { Gatehouse, Instance } from '@gatehouse/test-support/gatehouse'
import type { SharedStoreKind } from '@gatehouse/test-support/stored'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

export interface TwoInstances {
  gatehouse(): Gatehouse
  remote(): Instance
  /** The name of a user that no other test signs in. */
  freshUser(): string
  /** Signs in at the first instance; the session is open in the memory of both. @returns a browser at each */
  signedIn(user?: string, userAgent?: string): Promise<[Browser, Browser]>
}

export function twoInstances(store: SharedStoreKind): TwoInstances {
  const gatehouse = useTestApp({ store, oneClock: true })
  let other: Instance | undefined
  let place = 10
  function remote(): Instance {
    if (!other) throw new Error('The second instance is there inside of tests only')
    return other
  }
  beforeAll(async () => {
    other = await gatehouse().startSecondInstance()
  })
  afterAll(() => other?.close())

  function freshUser(): string {
    place += 1
    return people(gatehouse().tenant).at(place).userPrincipalName
  }

  return {
    gatehouse,
    remote,
    freshUser,
    signedIn: async (user = freshUser(), userAgent) => {
      const local = gatehouse().browser()
      const callback = await local.callbackFrom(await local.startSignIn(), { user })
      await local.get(callback, userAgent === undefined ? {} : { 'user-agent': userAgent })
      const away = remote().browser(local)
      for (const browser of [local, away]) expect((await browser.get('/api/me')).status).toBe(200)
      return [local, away]
    },
  }
}

/** Expects a refusal, within moments on every instance, and without a cookie in the answer. */
export async function expectEnded(browser: Browser): Promise<void> {
  await expect.poll(async () => (await browser.get('/api/me')).status, { interval: 2 }).toBe(401)
  const answer = await browser.get('/api/users')
  expectProblem(answer, 401, 'sign_in_required')
  expect(answer.setCookies).toEqual([])
}

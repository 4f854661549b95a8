/** Many signed-in users at once, and whose data each of their requests returned. */
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import { createBrowser, type Answer, type Browser } from './browsers.ts'
import type { Deployment } from './deployment.ts'

export interface Person {
  objectId: string
  browser: Browser
}

/** The result of one request. */
export interface Asked {
  person: Person
  status: number
  /** The Retry-After header, if any. */
  retryAfter: string | undefined
  /** The user whose data it returned; undefined without data. */
  of: string | undefined
}

/** Signs in the first users of the tenant, all at once. */
export function signInPeople(
  { tenant, publicUrl }: Deployment,
  origin: string,
  count: number,
): Promise<Person[]> {
  return Promise.all(
    tenant.users.slice(0, count).map(async ({ id, userPrincipalName }) => {
      const browser = createBrowser(origin, publicUrl)
      const { location } = await browser.signIn({ user: userPrincipalName })
      if (location !== '/') throw new Error(`A sign-in ended at ${location}`)
      return { objectId: id, browser }
    }),
  )
}

/** Makes Graph's list of users contain the caller only, 15 ms late. */
export function graphNamesTheCaller({ tenant }: Deployment): void {
  const names = { displayName: null, givenName: null, surname: null, mail: null }
  tenant.faults.set({
    at: 'users',
    kind: 'respondWith',
    answer: async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 15))
      const caller = { ...names, id: bearerObjectId(request), userPrincipalName: 'caller' }
      return { status: 200, body: { value: [caller] } }
    },
  })
}

const asks: ((browser: Browser) => Promise<[Answer, (json: never) => string | undefined]>)[] = [
  async (browser) => [
    await browser.get('/api/me'),
    ({ objectId }: { objectId: string }) => objectId,
  ],
  async (browser) => [
    await browser.get('/api/users'),
    ({ users }: { users: { id: string }[] }) => users[0]?.id,
  ],
  async (browser) => [
    await browser.get('/api/claims'),
    ({ claims }: { claims: { oid: string } }) => claims.oid,
  ],
  // A proxy must not repeat a change, so it is lost with its instance.
  async (browser) => [await browser.post('/api/session/extend'), () => undefined],
]

/** Sends one request of a user, of another kind each turn. */
export async function ask(person: Person, turn: number): Promise<Asked> {
  const question = asks[turn % asks.length]
  if (!question) throw new Error('There is nothing to ask')
  const [answer, ownerOf] = await question(person.browser)
  const owner = answer.status === 200 ? ownerOf(answer.json() as never) : undefined
  const retryAfter = answer.headers['retry-after']?.toString()
  return { person, status: answer.status, retryAfter, of: owner }
}

/** The results with another user's data. There must be none. */
export function strangers(asked: readonly Asked[]): Asked[] {
  return asked.filter(({ of, person }) => of !== undefined && of !== person.objectId)
}

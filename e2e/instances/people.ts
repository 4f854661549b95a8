/** Many people at once, each of whom knows whose answers they should get. */
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import { createBrowser, type Answer, type Browser } from './browsers.ts'
import type { Deployment } from './deployment.ts'

export interface Person {
  objectId: string
  browser: Browser
}

/** What came of one request. */
export interface Asked {
  person: Person
  status: number
  /** Whose answer it was, where it was one. */
  of: string | undefined
}

/** Signs the first users of the tenant in, all at once. */
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

/** Graph's list of users is the caller alone, now and then late. */
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
  // A change: a proxy must not repeat it, so it is lost where its instance is.
  async (browser) => [await browser.post('/api/session/extend'), () => undefined],
]

/** One request of a person's, another kind each turn. */
export async function ask(person: Person, turn: number): Promise<Asked> {
  const question = asks[turn % asks.length]
  if (!question) throw new Error('There is nothing to ask')
  const [answer, ownerOf] = await question(person.browser)
  const owner = answer.status === 200 ? ownerOf(answer.json() as never) : undefined
  return { person, status: answer.status, of: owner }
}

/** Answers that belong to somebody else. There is never one. */
export function strangers(asked: readonly Asked[]): Asked[] {
  return asked.filter(({ of, person }) => of !== undefined && of !== person.objectId)
}

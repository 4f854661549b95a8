import { Users } from '@gatehouse/shared/users'
import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Browser } from '@gatehouse/tenant/testing'
import { mutateText, propertyRuns } from '@gatehouse/test-support/properties'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const unlimited = 100_000_000
const gatehouse = useTestApp({
  config: { rateLimits: { perAddress: unlimited, perSession: unlimited } },
})
let browser: Browser

beforeAll(async () => {
  browser = gatehouse().browser()
  await browser.signIn()
})

async function expectRefusedCursor(encoded: string): Promise<void> {
  const { status, text } = await browser.get(`/api/users?cursor=${encoded}`)
  expect({ status, text }).toMatchObject({ status: 400, text: /"code":"invalid_request"/ })
}

describe('any cursor', () => {
  it('is refused if it is random', async () => {
    const cursor = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }).map(encodeURIComponent),
      fc.stringMatching(/^[A-Za-z0-9_-]{24,200}\.[A-Za-z0-9_-]{32}$/),
      fc.string({ unit: fc.constantFrom(...Array.from('%25c0afeZ._-')) }),
    )
    await fc.assert(fc.asyncProperty(cursor, expectRefusedCursor), propertyRuns(150))
  })

  it('is refused if it was made by the server and changed', async () => {
    const { next } = (await browser.get('/api/users')).json() as Users
    const real = String(next)
    const changed = mutateText(real, 'ABab09-_.%+/').filter((text) => text !== real)
    await fc.assert(
      fc.asyncProperty(changed.map(encodeURIComponent), expectRefusedCursor),
      propertyRuns(150),
    )
    expect((await browser.get(`/api/users?cursor=${real}`)).status).toBe(200)
  })
})

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null), fc.jsonValue())
const user = fc.record(
  {
    id: fc.uuid(),
    userPrincipalName: fc.string(),
    displayName: text,
    givenName: text,
    surname: fc.constant(null),
    mail: fc.constant(null),
    passwordProfile: fc.constant('never to be seen'),
  },
  { requiredKeys: ['id', 'userPrincipalName', 'surname', 'mail'] },
)
const page = fc.record(
  {
    value: fc.oneof(
      { weight: 9, arbitrary: fc.array(user, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    '@odata.count': fc.oneof(fc.nat(), fc.jsonValue()),
    '@odata.nextLink': fc.oneof(
      fc.string().map((token) => `/v1.0/users?$skiptoken=${token}`),
      fc.string().map((token) => `https://evil.test/?$skiptoken=${token}`),
      fc.jsonValue(),
    ),
    extra: fc.constant('never to be seen'),
  },
  { requiredKeys: ['value'] },
)
const body = fc.oneof(
  { weight: 4, arbitrary: page.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)

describe('any answer of Graph', () => {
  it('becomes a page of users with the contract’s fields only, or 502', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(body, async (graphs) => {
        const { faults } = gatehouse().tenant
        faults.clear()
        const [kind, contentType] = ['respond', 'application/json'] as const
        faults.set({ at: 'users', kind, status: 200, body: graphs, contentType })
        const answer = await browser.get('/api/users')
        const verdict = judge(answer)
        seen.add(verdict)
        expect(['a page', 'refused']).toContain(verdict)
        expect(answer.text).not.toContain('never to be seen')
      }),
      propertyRuns(200),
    )
    expect(seen).toEqual(new Set(['a page', 'refused']))
  })
})

/** Classifies an answer: a page of the contract, a problem of the app, or the unexpected text. */
function judge({ status, text: said, json }: Answer): string {
  if (status === 502) return /"code":"upstream_failed"/.test(said) ? 'refused' : said
  return status === 200 && isContract(json()) ? 'a page' : `${status} ${said}`
}

function isContract(answer: unknown): boolean {
  if (!Value.Check(Users, answer)) return false
  const { users, ...rest } = answer
  const fields = 'displayName,givenName,id,mail,surname,userPrincipalName'
  return (
    Object.keys(rest).toSorted().join() === 'next,total' &&
    users.every((one) => Object.keys(one).toSorted().join() === fields)
  )
}

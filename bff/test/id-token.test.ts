import { idTokenVariants } from '@gatehouse/tenant/faults/id-token'
import type { Fault } from '@gatehouse/tenant/tenant'
import { describe, expect, it } from 'vitest'
import { foreignIdToken } from './support/foreign-browser.ts'
import { expectRefusedSignIn } from './support/refused-sign-in.ts'
import { useGatehouse } from './support/use-gatehouse.ts'

/** What a strict reader may still take: the clocks are a little apart, or a claim that is not asked for is absent. */
const tolerated = [
  'exp-just-past',
  'iat-just-ahead',
  'nbf-just-ahead',
  'nbf-missing',
  'kid-missing',
]
/** Whose object id it is, nobody but the tenant can say at sign-in; a refresh compares it. */
const notToBeSeen = ['oid-wrong']
const refused = idTokenVariants.filter((name) => ![...tolerated, ...notToBeSeen].includes(name))

/** The rows of the table of cases, by how the variants' names begin. */
const rows: [RegExp, string][] = [
  [/^(?:bad-signature|foreign-key|kid|crit)/, 'ID01'],
  [/^(?:alg-(?:none|missing)|empty-signature)/i, 'ID02'],
  [/^alg-/, 'ID04'],
  [/^(?:iss|tid)/, 'ID08'],
  [/^(?:aud|azp)/, 'ID13'],
  [/^exp/, 'ID15'],
  [/^(?:iat|nbf)/, 'ID16'],
  [/^nonce/, 'ID18'],
  [/^(?:sub|oid)/, 'ID19'],
  [/^at_hash/, 'ID27'],
  [/^/, 'ID20'],
]
const refusedByRow = refused.map((name) => [rows.find(([begin]) => begin.test(name))?.[1], name])

type IdTokenFault = Extract<Fault, { kind: 'idToken' }>

const gatehouse = useGatehouse()

function spoilt(fault: Omit<IdTokenFault, 'at' | 'kind'>) {
  gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, ...fault })
  return gatehouse().browser().signIn()
}

function patched(patch: Record<string, unknown>) {
  gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', times: 1, patch })
  return gatehouse().browser().signIn()
}

describe('an ID token that is not as it must be', () => {
  it('ID00 the tenant has a good number of them', () => {
    expect(refused.length).toBeGreaterThan(45)
    expect(idTokenVariants).toEqual(expect.arrayContaining([...tolerated, ...notToBeSeen]))
  })

  it.each(refusedByRow)('%s %s is refused', async (_row, variant) => {
    const code = await expectRefusedSignIn(gatehouse(), () =>
      spoilt({ variant: variant as NonNullable<IdTokenFault['variant']> }),
    )
    expect(code).toMatch(/^(?:failed|unavailable)$/)
  })

  it.each<[string, Record<string, unknown>]>([
    ['ID08 no text for an issuer', { iss: 5 }],
    ['ID15 a time that is no whole number', { exp: 4_000_000_000.5 }],
    ['ID15 an end years away', { exp: 4_000_000_000 }],
    ['ID16 an age of one hour', { iat: Math.floor(Date.now() / 1000) - 3600 }],
    ['ID19 an object id that is no GUID', { oid: "x' or 1=1" }],
    ['ID19 an object id that is a list', { oid: ['5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32'] }],
    ['ID08 the tenant of personal accounts', { tid: '9188040d-6c67-4c5b-b112-36a304b66dad' }],
  ])('%s is refused', async (_what, claims) => {
    const code = await expectRefusedSignIn(gatehouse(), () => spoilt({ claims }))
    expect(code).toMatch(/^(?:failed|unavailable)$/)
  })

  it('ID18 with the nonce of another attempt of this browser is refused', async () => {
    const browser = gatehouse().browser()
    const other = new URL(await browser.startSignIn()).searchParams.get('nonce')
    gatehouse().tenant.faults.set({
      at: 'token',
      kind: 'idToken',
      times: 1,
      claims: { nonce: other },
    })
    const code = await expectRefusedSignIn(gatehouse(), () => browser.signIn())
    expect(code).toBe('failed')
  })

  it('ID21 from an earlier sign-in is refused', async () => {
    const idToken = await foreignIdToken(gatehouse().tenant)
    const code = await expectRefusedSignIn(gatehouse(), () => patched({ id_token: idToken }))
    expect(code).toMatch(/^(?:failed|unavailable)$/)
  })

  it.each([
    ['ID28 of the type "mac"', { token_type: 'mac' }],
    ['ID28 of no type', { token_type: null }],
    ['without an access token', { access_token: null }],
    ['with an access token that is a number', { access_token: 5 }],
    ['without a lifetime', { expires_in: null }],
    ['with a lifetime of minus one', { expires_in: -1 }],
    ['with a lifetime of words', { expires_in: 'an hour' }],
    ['ID20 with an ID token that is an object', { id_token: {} }],
    ['ID20 without an ID token', { id_token: null }],
    ['ID20 with an ID token that is a list', { id_token: ['a.b.c'] }],
  ])('an answer %s is refused', async (_what, patch) => {
    const code = await expectRefusedSignIn(gatehouse(), () => patched(patch))
    expect(code).toMatch(/^(?:failed|unavailable)$/)
  })

  it.each([20, 60, -60])(
    'ID17 FL16 is refused where the clocks are %i minutes apart, and the log says so',
    async (minutes) => {
      gatehouse().tenant.faults.set({ at: 'token', kind: 'skew', ms: minutes * 60_000 })
      await expectRefusedSignIn(gatehouse(), () => gatehouse().browser().signIn())
      expect(gatehouse().logs.at(-1)).toMatch(/"check":"(?:nbf|iat|exp)"/)
      expect(gatehouse().logs.at(-2)).toMatch(/"event":"clock".*is the clock right/)
    },
  )
})

describe('an ID token that is good enough', () => {
  it.each(tolerated)('ID06 ID17 %s is accepted', async (variant) => {
    const answer = await spoilt({ variant: variant as NonNullable<IdTokenFault['variant']> })
    expect(answer.location).toBe('/')
  })

  it.each([
    ['ID28 of the type "bEARer"', { token_type: 'bEARer' }],
    ['with a lifetime as text', { expires_in: '3600' }],
    ['without a scope', { scope: null }],
    ['ID34 without a refresh token', { refresh_token: null }],
    ['with members that nobody knows', { extra: { deep: ['x'] } }],
  ])('an answer %s is accepted', async (_what, patch) => {
    expect((await patched(patch)).location).toBe('/')
  })

  it('ID17 the clocks may be four minutes apart, either way', async () => {
    for (const ms of [240_000, -240_000]) {
      gatehouse().tenant.faults.clear()
      gatehouse().tenant.faults.set({ at: 'token', kind: 'skew', ms })
      expect((await gatehouse().browser().signIn()).location).toBe('/')
    }
  })
})

import { type Fault, idTokenVariants } from '@gatehouse/tenant'
import { describe, expect, it } from 'vitest'
import type { Answer } from '@gatehouse/tenant/testing'
import { foreignIdToken } from '../support/foreign-browser.ts'
import { expectRefusedSignIn } from '../support/refused-sign-in.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

/** Variants that may be accepted: clocks that differ a little, or an optional claim that is missing. */
const tolerated = [
  'exp-just-past',
  'iat-just-ahead',
  'nbf-just-ahead',
  'nbf-missing',
  'kid-missing',
]
/** A sign-in cannot check the object id; a refresh compares it. */
const notToBeSeen = ['oid-wrong']

/** The check that refuses a variant, if its name is not the wrong claim's. */
const checks: Record<string, string> = {
  'bad-signature': 'signature',
  'foreign-key': 'signature',
  'empty-signature': 'signature',
  'alg-missing': 'id_token',
  'crit-unknown': 'crit',
  absent: 'token_response',
  null: 'token_response',
  empty: 'token_response',
  'not-a-token': 'id_token',
  'two-parts': 'id_token',
  'five-parts': 'id_token',
  'payload-array': 'id_token',
  'payload-null': 'id_token',
  'payload-string': 'id_token',
  'payload-not-json': 'id_token',
  'payload-invalid-utf8': 'id_token',
  'payload-duplicate-aud': 'duplicate_claim',
  'payload-duplicate-aud-wrong-last': 'aud',
  '2mb': 'entra_unavailable',
}
const refused = idTokenVariants
  .filter((name) => ![...tolerated, ...notToBeSeen].includes(name))
  .map((name) => [name, checks[name] ?? name.split('-')[0] ?? ''] as const)

type IdTokenFault = Extract<Fault, { kind: 'idToken' }>

const gatehouse = useTestApp()

function spoilt(fault: Omit<IdTokenFault, 'at' | 'kind'>) {
  gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, ...fault })
  return gatehouse().browser().signIn()
}

function patched(patch: Record<string, unknown>) {
  gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', times: 1, patch })
  return gatehouse().browser().signIn()
}

/** Runs a sign-in that must be refused. @returns the page's code, and the failed check */
async function refusalOf(signIn: () => Promise<Answer>): Promise<[string | undefined, unknown]> {
  const since = gatehouse().logs.length
  const code = await expectRefusedSignIn(gatehouse(), signIn)
  const line = gatehouse()
    .logs.slice(since)
    .find((one) => one.includes('"event":"sign_in_refused"'))
  return [code, (JSON.parse(line ?? '{}') as { check?: unknown }).check]
}

/** What the page says: no answer, one that could not be used, or one that failed a check. */
function codeOf(check: string): string {
  if (check === 'entra_unavailable') return 'unavailable'
  return ['token_response', 'token_type', 'expires_in'].includes(check) ? 'failed' : 'not_verified'
}

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60

describe('a bad ID token', () => {
  it('has many variants', () => {
    expect(refused.length).toBeGreaterThan(45)
    expect(idTokenVariants).toEqual(expect.arrayContaining([...tolerated, ...notToBeSeen]))
    expect(idTokenVariants).toEqual(expect.arrayContaining(Object.keys(checks)))
  })

  it.each(refused)('of the variant %s is refused by the check "%s"', async (variant, check) => {
    const refusal = await refusalOf(() =>
      spoilt({ variant: variant as NonNullable<IdTokenFault['variant']> }),
    )
    expect(refusal).toEqual([codeOf(check), check])
  })

  it.each<[string, string, Record<string, unknown>]>([
    ['an issuer that is a number', 'iss', { iss: 5 }],
    ['a time that is not a whole number', 'exp', { exp: 4_000_000_000.5 }],
    ['an expiry years away', 'exp', { exp: 4_000_000_000 }],
    ['an age of one hour', 'iat', { iat: minutesAgo(60) }],
    [
      'an age of half an hour and more than the clocks may be apart',
      'iat',
      { iat: minutesAgo(36) },
    ],
    ['an object id that is not a GUID', 'oid', { oid: "x' or 1=1" }],
    ['an object id that is a list', 'oid', { oid: ['5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32'] }],
    ['the tenant of personal accounts', 'tid', { tid: '9188040d-6c67-4c5b-b112-36a304b66dad' }],
  ])('with %s is refused by the check "%s"', async (_what, check, claims) => {
    expect(await refusalOf(() => spoilt({ claims }))).toEqual(['not_verified', check])
  })

  it('with the nonce of another attempt of this browser is refused', async () => {
    const browser = gatehouse().browser()
    const other = new URL(await browser.startSignIn()).searchParams.get('nonce')
    gatehouse().tenant.faults.set({
      at: 'token',
      kind: 'idToken',
      times: 1,
      claims: { nonce: other },
    })
    expect(await refusalOf(() => browser.signIn())).toEqual(['not_verified', 'nonce'])
  })

  it('from an earlier sign-in is refused', async () => {
    const idToken = await foreignIdToken(gatehouse().tenant)
    const refusal = await refusalOf(() => patched({ id_token: idToken }))
    expect(refusal).toEqual(['not_verified', 'nonce'])
  })

  it.each([
    ['of the type "mac"', 'token_type', { token_type: 'mac' }],
    ['of no type', 'token_response', { token_type: null }],
    ['without an access token', 'token_response', { access_token: null }],
    ['with an access token that is a number', 'token_response', { access_token: 5 }],
    ['without a lifetime', 'token_response', { expires_in: null }],
    ['with a lifetime of minus one', 'expires_in', { expires_in: -1 }],
    ['with a lifetime of words', 'token_response', { expires_in: 'an hour' }],
    ['with an ID token that is an object', 'token_response', { id_token: {} }],
    ['without an ID token', 'token_response', { id_token: null }],
    ['with an ID token that is a list', 'token_response', { id_token: ['a.b.c'] }],
  ])('in an answer %s is refused by the check "%s"', async (_what, check, patch) => {
    expect(await refusalOf(() => patched(patch))).toEqual(['failed', check])
  })

  it.each([20, 60, -60])(
    'is refused if the clocks are %i minutes apart, and the log says so',
    async (minutes) => {
      gatehouse().tenant.faults.set({ at: 'token', kind: 'skew', ms: minutes * 60_000 })
      await expectRefusedSignIn(gatehouse(), () => gatehouse().browser().signIn())
      expect(gatehouse().logs.at(-1)).toMatch(/"check":"(?:nbf|iat|exp)"/)
      expect(gatehouse().logs.at(-2)).toMatch(/"event":"clock".*is the clock right/)
    },
  )
})

describe('a valid ID token', () => {
  it.each(tolerated)('of the variant %s is accepted', async (variant) => {
    const answer = await spoilt({ variant: variant as NonNullable<IdTokenFault['variant']> })
    expect(answer.location).toBe('/')
  })

  it.each([
    ['of the type "bEARer"', { token_type: 'bEARer' }],
    ['with a lifetime as text', { expires_in: '3600' }],
    ['without a scope', { scope: null }],
    ['without a refresh token', { refresh_token: null }],
    ['with unknown members', { extra: { deep: ['x'] } }],
  ])('is accepted in an answer %s', async (_what, patch) => {
    expect((await patched(patch)).location).toBe('/')
  })

  it('may be half an hour old, and as much older as the clocks may be apart', async () => {
    for (const minutes of [29, 34]) {
      const answer = await spoilt({ claims: { iat: minutesAgo(minutes) } })
      expect([minutes, answer.location]).toEqual([minutes, '/'])
    }
  })

  it('is accepted if the clocks are four minutes apart, either way', async () => {
    for (const ms of [240_000, -240_000]) {
      gatehouse().tenant.faults.clear()
      gatehouse().tenant.faults.set({ at: 'token', kind: 'skew', ms })
      expect((await gatehouse().browser().signIn()).location).toBe('/')
    }
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SignInProblem } from '@gatehouse/contract/sign-in-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { causes } from '../../src/auth/pages/words.ts'
import { httpsGatehouse } from '../support/https-gatehouse.ts'

const gatehouse = useTestApp()
const deployed = useTestApp(httpsGatehouse)

type App = typeof gatehouse

/** Signs in, in vain. @returns what the problem page is told */
async function failureOf(
  app: App,
  fault: Parameters<ReturnType<App>['tenant']['faults']['set']>[0],
) {
  const browser = app().browser()
  app().tenant.faults.set({ ...fault, times: 1 })
  const { location } = await browser.signIn()
  const failure = new URL(location, app().publicUrl).searchParams.get('failure') ?? ''
  const query = new URLSearchParams({ failure })
  const answer = await browser.get(`/api/sign-in-problem?${query.toString()}`)
  return { location, ...(answer.json() as SignInProblem).failure }
}

describe('the cause of a failed sign-in, in development', () => {
  it.each([
    ['bad-signature', 'signature'],
    ['kid-unknown', 'kid'],
    ['iss-wrong', 'iss'],
    ['aud-wrong', 'aud'],
    ['nonce-wrong', 'nonce'],
    ['exp-past', 'exp'],
  ] as const)('is told by the name of the failed check: %s', async (variant, check) => {
    const failure = await failureOf(gatehouse, { at: 'token', kind: 'idToken', variant })
    expect(failure.location).toContain('code=not_verified')
    expect(failure.cause).toBe(causes[check])
    expect(failure.cause).toMatch(/\.$/)
  })

  it('is not made up for a number that nobody has explained', async () => {
    const failure = await failureOf(gatehouse, { at: 'token', kind: 'aadsts', code: 99999999 })
    expect(failure.aadsts).toBe('AADSTS99999999')
    expect(failure.cause).toBe(causes['entra_refused'])
    expect(failure).not.toHaveProperty('setting')
  })

  // A refused credential is remembered, so it is last.
  it('is told by Microsoft’s number, with the setting to look at', async () => {
    const failure = await failureOf(gatehouse, { at: 'token', kind: 'aadsts', code: 7000222 })
    expect(failure).toMatchObject({
      aadsts: 'AADSTS7000222',
      cause: 'The secret has expired: issue a new one.',
      setting: 'clientSecret or credentials',
    })
  })
})

it.each([
  { at: 'token', kind: 'aadsts', code: 7000222 },
  { at: 'token', kind: 'idToken', variant: 'bad-signature' },
] as const)('a deployed app tells no cause: %j', async (fault) => {
  const failure = await failureOf(deployed, fault)
  expect(failure.at).toBeTruthy()
  expect(failure).not.toHaveProperty('cause')
  expect(failure).not.toHaveProperty('setting')
  expect(failure.location).not.toMatch(/signature|secret/)
})

it('every check that the log can name has a sentence', () => {
  const folders = ['entra', 'auth', 'auth/callback'].map(
    (name) => new URL(`../../src/${name}/`, import.meta.url),
  )
  const sources = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  )
  const named = /checkFailed\('(\w+)'|check: '(\w+)'|return '(\w+)'$/gm
  const isNoCheck = new Set(['consent', 'failed', 'other_organisation', 'misconfigured'])
  const checks = sources.flatMap((text) =>
    [...text.matchAll(named)].map((match) => match.slice(1).find(Boolean) ?? ''),
  )
  expect(checks.length).toBeGreaterThan(25)
  const missing = checks.filter((check) => !Object.hasOwn(causes, check) && !isNoCheck.has(check))
  expect([...new Set(missing)]).toEqual([])
})

import { describe, expect, it } from 'vitest'
import type { SignInProblem } from '@gatehouse/contract/sign-in-problem'
import { localTenant } from '../../src/config/index.ts'
import { callbackAt } from '../support/callback-at.ts'
import { problemPageCode } from '../support/refused-sign-in.ts'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function facts(failure: string | null): Promise<SignInProblem> {
  const query = failure === null ? '' : `?failure=${encodeURIComponent(failure)}`
  const answer = await gatehouse().browser().get(`/api/sign-in-problem${query}`)
  expect(answer.status).toBe(200)
  return answer.json() as SignInProblem
}

describe('the facts of a failed sign-in', () => {
  it.each([
    ['at the token endpoint', 'token'],
    ['at the sign-in page', 'authorize'],
  ])('travel to the problem page, sealed: %s', async (_where, at) => {
    const { browser, query } = await callbackAt(gatehouse())
    const ids = [
      'aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb',
      'cccccccc-1111-4222-8333-dddddddddddd',
    ] as const
    if (at === 'token') {
      gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code: 50105 })
    } else {
      query.delete('code')
      query.set('error', 'access_denied')
      query.set(
        'error_description',
        `AADSTS50105: Nora Hill <nora@x.test> is not assigned. Trace ID: ${ids[0]} Correlation ID: ${ids[1]} Timestamp: 2026-11-26 10:00:00Z`,
      )
    }
    const { location } = await browser.get(`/auth/redirect?${query.toString()}`)
    const page = new URL(location, publicUrl)
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      code: 'not_assigned',
      returnTo: '/users',
      aadsts: '50105',
    })
    expect(location).not.toMatch(/Nora|nora|aaaaaaaa|cccccccc/)

    const { failure } = await facts(page.searchParams.get('failure'))
    expect(failure).toMatchObject({
      aadsts: 'AADSTS50105',
      correlationId: expect.stringMatching(at === 'token' ? guid : ids[1]) as string,
      traceId: expect.stringMatching(at === 'token' ? guid : ids[0]) as string,
      who: 'administrator',
      fix: expect.stringContaining('Assign the user') as string,
      portal: expect.stringContaining('Users and groups') as string,
    })
    expect(Math.abs(Date.parse(failure?.at ?? '') - gatehouse().now())).toBeLessThan(60_000)
  })

  it('come with those of the app that an administrator needs', async () => {
    const { tenant } = gatehouse()
    const known = await facts(null)
    expect(known).toMatchObject({ clientId: localTenant.clientId, tenant: tenant.tenantId })
    expect(known.permissions).toContain('User.ReadBasic.All')
    const url = new URL(known.adminConsentUrl)
    expect(`${url.origin}${url.pathname}`).toBe(
      `${tenant.origin}/${tenant.tenantId}/v2.0/adminconsent`,
    )
    expect(url.searchParams.get('client_id')).toBe(localTenant.clientId)
    expect(url.searchParams.get('redirect_uri')).toBe(`${publicUrl}/auth/redirect`)
  })

  it.each(['', 'x', '<script>', 'a'.repeat(200)])(
    'are not believed if this app did not seal them: %s',
    async (failure) => {
      expect(await facts(failure)).not.toHaveProperty('failure')
    },
  )

  it('are not taken from what was sealed for another purpose', async () => {
    const browser = gatehouse().browser()
    const state = new URL(await browser.startSignIn('/users')).searchParams.get('state')
    expect(await facts(state)).not.toHaveProperty('failure')
  })
})

describe('the page that was asked for', () => {
  it.each([
    ['a cancelled sign-in', (query: URLSearchParams) => query.set('error', 'access_denied')],
    ['a bad code', (query: URLSearchParams) => query.set('code', 'bad')],
    ['a missing code', (query: URLSearchParams) => query.delete('code')],
    ['another issuer', (query: URLSearchParams) => query.set('iss', 'https://evil.test')],
  ])('survives %s', async (_what, change) => {
    const { query, send } = await callbackAt(gatehouse())
    change(query)
    const answer = await send()
    expect(problemPageCode(answer)).toMatch(/^[a-z_]+$/)
    expect(new URL(answer.location, publicUrl).searchParams.get('returnTo')).toBe('/users')
  })

  it('survives a tenant that does not answer at the start', async () => {
    const { tenant } = gatehouse()
    const other = await gatehouse().startSecondInstance()
    tenant.faults.set({ at: 'discovery', kind: 'respond', status: 500 })
    try {
      const answer = await other.browser().get('/auth/sign-in?returnTo=/users')
      expect(answer.status).toBe(503)
      expect(String(answer.headers['refresh'])).toContain('returnTo=%2Fusers')
    } finally {
      tenant.faults.clear()
      await other.close()
    }
  })
})

describe('a hint of a guest', () => {
  it.each(['ada_home.example#EXT#@here.example', 'ada#ext#@here.example'])(
    'is not sent to Microsoft, whose sign-in page does not know that name: %s',
    async (name) => {
      const query = new URLSearchParams({ loginHint: name })
      const { location } = await gatehouse().browser().get(`/auth/sign-in?${query.toString()}`)
      expect(new URL(location).searchParams.has('login_hint')).toBe(false)
    },
  )
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, clientOf, codeOf, redirectUri, refresh, signIn } from './application.ts'

let tenant: Tenant
beforeEach(async () => void (tenant = await createTenant()))
afterEach(() => tenant.close())

const idOf = (place: number) => people(tenant).at(place).id
const adminPlace = () => tenant.users.indexOf(people(tenant).administrator)

function adminConsentUrl(parameters: Record<string, string> = {}) {
  const query = new URLSearchParams({
    client_id: clientOf(tenant).clientId,
    scope: 'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read',
    redirect_uri: redirectUri,
    state: 'the-state',
    ...parameters,
  })
  return `${tenant.authority}/${tenant.tenantId}/v2.0/adminconsent?${query.toString()}`
}

async function decide(form: Record<string, string>) {
  const body = new URLSearchParams(form)
  const answer = await fetch(adminConsentUrl(), { method: 'POST', body, redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

describe('consent that is withdrawn', () => {
  it('stops refreshes, until the user consents again at the next sign-in', async () => {
    const cookies = new Map<string, string>()
    const tokens = await signIn(tenant, {}, { user: idOf(0), cookies })
    const other = await signIn(tenant, {}, { user: idOf(2) })
    tenant.withdrawConsent(idOf(0))
    expect((await refresh(tenant, tokens.refresh_token)).body).toMatchObject({
      error: 'invalid_grant',
      suberror: 'consent_required',
      error_codes: [65001],
    })
    expect((await refresh(tenant, other.refresh_token)).status).toBe(200)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const page = await fetch(authorizeUrl(tenant), { headers: { cookie } })
    expect(await page.text()).toContain('Permissions requested')
    await codeOf(tenant, {}, { cookies })
    expect((await refresh(tenant, tokens.refresh_token)).status).toBe(200)
  })

  it('can be the consent of all users', async () => {
    const tokens = await signIn(tenant, {}, { user: idOf(2) })
    tenant.withdrawConsent()
    expect((await refresh(tenant, tokens.refresh_token)).body).toMatchObject({
      error_codes: [65001],
    })
  })
})

describe('a tenant that requires an administrator’s consent', () => {
  const errorOf = async (parameters: Record<string, string>, user: string) => {
    const { location } = await signInAtTenant(authorizeUrl(tenant, parameters), { user })
    const answer = new URL(location).searchParams
    return `${answer.get('error') ?? ''} ${answer.get('error_description')?.split(':')[0] ?? ''}`
  }

  it('sends other users back with AADSTS90094, after a page that says why', async () => {
    tenant.requireAdminConsent(true)
    expect(await errorOf({}, idOf(0))).toBe('access_denied AADSTS90094')
    const body = new URLSearchParams({ user: idOf(0) })
    const page = await fetch(authorizeUrl(tenant), { method: 'POST', body })
    expect(await page.text()).toContain('Need admin approval')
  })

  it('refuses consent that another user posts past the page', async () => {
    tenant.requireAdminConsent(true)
    const cookies = new Map<string, string>()
    await signInAtTenant(authorizeUrl(tenant), { user: idOf(0), cookies })
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = new URLSearchParams({ user: idOf(0), accept: '1' })
    const answer = await fetch(authorizeUrl(tenant), { method: 'POST', body, headers: { cookie } })
    expect(await answer.text()).toContain('Need admin approval')
  })

  it('lets administrators consent for themselves, and keeps earlier consent', async () => {
    const tokens = await signIn(tenant, {}, { user: idOf(0) })
    tenant.requireAdminConsent(true)
    expect(await codeOf(tenant, {}, { user: idOf(adminPlace()) })).not.toBe('')
    expect(await codeOf(tenant, {}, { user: idOf(0) })).not.toBe('')
    expect((await refresh(tenant, tokens.refresh_token)).status).toBe(200)
    const wider = await refresh(tenant, tokens.refresh_token, { scope: 'openid Mail.Read' })
    expect(wider.body).toMatchObject({ suberror: 'consent_required', error_codes: [65001] })
    tenant.requireAdminConsent(false)
    expect(await codeOf(tenant, {}, { user: idOf(3) })).not.toBe('')
  })
})

describe('admin consent', () => {
  it('is given on a page, returns as Entra’s does, and applies to all users', async () => {
    tenant.requireAdminConsent(true)
    const page = await (await fetch(adminConsentUrl())).text()
    expect(page).toContain('Read your mail')
    expect(page).toContain(idOf(adminPlace()))
    const answer = await decide({ user: idOf(adminPlace()) })
    expect(answer.origin + answer.pathname).toBe(redirectUri)
    expect(Object.fromEntries(answer.searchParams)).toEqual({
      admin_consent: 'True',
      tenant: tenant.tenantId,
      scope: 'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read',
      state: 'the-state',
    })
    const scope = 'openid profile offline_access User.Read Mail.Read'
    expect(await codeOf(tenant, { scope }, { user: idOf(5) })).not.toBe('')
  })

  it.each([
    ['by Cancel', () => ({ cancel: '1' })],
    ['by somebody who is no administrator', () => ({ user: idOf(0) })],
  ])('is refused %s', async (_, form) => {
    const answer = (await decide(form())).searchParams
    expect(answer.get('error')).toBe('consent_required')
    expect(answer.get('error_description')).toMatch(/^AADSTS65004/)
    expect([answer.get('admin_consent'), answer.get('state')]).toEqual(['True', 'the-state'])
  })

  it('refuses an unregistered address, and a form from another site', async () => {
    const url = adminConsentUrl({ redirect_uri: 'https://evil.example/' })
    expect(await (await fetch(url)).text()).toContain('AADSTS50011')
    const headers = { origin: 'http://evil.example' }
    const body = new URLSearchParams({ user: idOf(adminPlace()) })
    const answer = await fetch(adminConsentUrl(), { method: 'POST', body, headers })
    expect(answer.status).toBe(403)
  })
})

it('an expired secret is an invalid client until it is restored', async () => {
  const { refresh_token: token } = await signIn(tenant)
  tenant.expireSecret()
  const { status, body } = await refresh(tenant, token)
  expect(status).toBe(401)
  expect(body).toMatchObject({ error: 'invalid_client', error_codes: [7000222] })
  tenant.restoreSecret()
  expect((await refresh(tenant, token)).status).toBe(200)
})

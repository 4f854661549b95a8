/** The tab of the control page that shows the requests, grouped by sign-in. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { authorizeUrl, refresh, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 20 })))
afterEach(() => tenant.journal.clear())
afterAll(() => tenant.close())

const page = async () => (await fetch(`${tenant.origin}/_tenant/requests`)).text()

const signInAs = (place: number) =>
  signIn(
    tenant,
    { state: `state ${place}`, nonce: `nonce ${place}` },
    { user: people(tenant).at(place).id },
  )

/** The groups as text, the newest first. */
async function groups(): Promise<string[]> {
  const found = (await page()).match(/<details class="area"[\s\S]*?<\/table>/g) ?? []
  return found.map((group) => group.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' '))
}

it('puts the requests of each user with their sign-in, also if two users take turns', async () => {
  const one = await signInAs(3)
  const two = await signInAs(4)
  await callGraph(tenant, '/me', one.access_token)
  await refresh(tenant, one.refresh_token)
  await callGraph(tenant, '/users', two.access_token)
  const [newest = '', oldest = '', ...others] = await groups()
  expect(others).toEqual([])
  expect(newest).toContain(people(tenant).at(4).displayName)
  expect(newest).toContain('GET /v1.0/users')
  expect(newest).not.toContain('/v1.0/me')
  expect(oldest).toContain(people(tenant).at(3).displayName)
  expect(oldest).toContain('GET /v1.0/me')
  expect(oldest.match(/POST \/\{tenant\}\/oauth2\/v2\.0\/token/g)).toHaveLength(2)
  // The newest request first.
  expect(oldest.indexOf('token')).toBeLessThan(oldest.indexOf('authorize'))
})

it('says which sign-in is not finished, and what belongs to none', async () => {
  await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
  await fetch(authorizeUrl(tenant, { state: 'unfinished' }))
  const [newest = '', oldest = ''] = await groups()
  expect(newest).toContain('Sign-in not finished')
  expect(newest).toContain('Gatehouse (local)')
  expect(oldest).toContain('Outside a sign-in')
  expect(oldest).toContain('1 request')
})

it('folds photos that follow each other, with how many were answered how', async () => {
  const { access_token: token } = await signInAs(5)
  await callGraph(tenant, '/users', token)
  for (const { id } of tenant.users.slice(0, 14))
    await callGraph(tenant, `/users/${id}/photo/$value`, token)
  const text = await page()
  expect(text).toContain('<summary>14 photos</summary>')
  // The first twelve users have photos.
  expect(text).toMatch(/1[234] × 200(, [12] × 404)?/)
  const [group = ''] = await groups()
  expect(group).toContain('14 photos')
})

it('opens the newest group only, and counts failures', async () => {
  await signInAs(6)
  await fetch(authorizeUrl(tenant, { state: 'second', redirect_uri: 'http://localhost/none' }))
  const text = await page()
  expect(text.match(/<details class="area" open/g)).toHaveLength(1)
  expect(text).toContain('1 failed')
})

it('shows requests as text, and no value that they carry', async () => {
  const odd = '/<img src=x onerror="alert(1)">?%3Cscript%3E=secret-value'
  await fetch(tenant.origin + odd)
  const text = await page()
  expect(text).not.toContain('<img src')
  expect(text).not.toContain('<script>=')
  expect(text).not.toContain('secret-value')
})

it('clears the requests, and says so when there are none', async () => {
  await signInAs(7)
  const url = `${tenant.origin}/_tenant/journal/clear`
  const form = { method: 'POST', redirect: 'manual', body: new URLSearchParams() } as const
  expect((await fetch(url, form)).headers.get('location')).toBe('/_tenant/requests')
  expect(await page()).toContain('No requests yet.')
})

it('says what goes wrong, for whom and by which rule, with the page of Microsoft', async () => {
  await signInAs(4)
  const { access_token: token } = await signInAs(3)
  await callGraph(tenant, '/users?$search="displayName:x"', token)
  await fetch(authorizeUrl(tenant, { state: 'refused', redirect_uri: 'https://nowhere.example/' }))
  const text = await page()
  const table = /<h2>Refused requests<\/h2>[\s\S]*?<\/table>/.exec(text)?.[0] ?? ''
  expect(table).toContain('Request_UnsupportedQuery')
  expect(table).toContain(people(tenant).at(3).displayName)
  expect(table).not.toContain(people(tenant).at(4).displayName)
  expect(table).toContain('AADSTS50011')
  expect(table).toContain('href="https://learn.microsoft.com/entra/identity-platform/reply-url"')
  expect(text.match(/class="why"/g)).toHaveLength(2)
})

it('names nobody for a refused request that does not say whose it is', async () => {
  await signInAs(4)
  await callGraph(tenant, '/me', 'not a token')
  await callGraph(tenant, '/me', 'not a token')
  const text = await page()
  const table = /<h2>Refused requests<\/h2>[\s\S]*?<\/table>/.exec(text)?.[0] ?? ''
  expect(table).toContain('InvalidAuthenticationToken')
  expect(table).not.toContain(people(tenant).at(4).displayName)
  expect(table).toContain('<td class="who">–</td>')
})

it('says that an address is not served, and which scenario an answer comes from', async () => {
  const { access_token: token } = await signInAs(3)
  expect(await page()).toContain('No request was refused.')
  await callGraph(tenant, '/deviceManagement', token)
  expect(await page()).toContain('does not serve this address')
  tenant.scenarios.start('graph-throttled', { times: 1 })
  await callGraph(tenant, '/users', token)
  expect(await page()).toContain('Turned on: graph-throttled')
})

it('tells a silent sign-in from a sign-in that was not finished, and names the program', async () => {
  const sku = { 'x-client-SKU': 'a-<b>program' }
  await fetch(authorizeUrl(tenant, { state: 'silent', prompt: 'none', ...sku }), {
    redirect: 'manual',
  })
  const text = await page()
  expect(text).toContain('Silent sign-in, without a page')
  expect(text).toContain('a-&#60;b&#62;program')
  expect(text).not.toContain('Sign-in not finished')
  await fetch(authorizeUrl(tenant, { state: 'left', ...sku }))
  expect(await page()).toContain('Sign-in not finished')
})

it('lists only the requests that match the filter', async () => {
  const { access_token: token } = await signInAs(3)
  await callGraph(tenant, '/me', token)
  const filtered = async (q: string) =>
    (await fetch(`${tenant.origin}/_tenant/requests?q=${encodeURIComponent(q)}`)).text()
  expect(await filtered('get /v1.0/ME')).toContain('GET /v1.0/me')
  expect(await filtered('/v1.0/me')).not.toContain('oauth2/v2.0/token')
  expect(await filtered('<b>zzz')).toContain('No request matches.')
  expect(await filtered('<b>zzz')).not.toContain('<b>zzz')
})

it('may ask the tenant for news, and nobody else', async () => {
  const csp = async (tab: string) =>
    (await fetch(`${tenant.origin}/_tenant${tab}`)).headers.get('content-security-policy')
  expect(await csp('/requests')).toContain("connect-src 'self'")
  expect(await csp('')).not.toContain('connect-src')
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createBrowser,
  freePort,
  type Answer,
  type Browser,
} from '../../packages/tenant/src/testing/index.ts'
import { redirectPath, startApache, type ApacheServer, type Told } from './apache.ts'
import { askGraph } from '../graph.ts'
import { follow, isSignedIn, personOf, signInWith, type Person } from '../person.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'

let publicUrl: string
let at: TlsTenant
let apache: ApacheServer
beforeAll(async () => {
  publicUrl = `http://localhost:${await freePort()}`
  at = await startTlsTenant({
    web: { redirectUris: [`${publicUrl}${redirectPath}`, `${publicUrl}/public`] },
  })
  apache = await startApache(at, publicUrl)
})
afterAll(async () => {
  await apache?.end()
  await at?.end()
})

interface Visitor extends Person {
  browser: Browser
}

function visitor(place: number): Visitor {
  return { ...personOf(at, place), browser: createBrowser(publicUrl, publicUrl) }
}

/** Opens the protected page as a browser does: a script would get a 401. */
function open({ browser }: Visitor): Promise<Answer> {
  return browser.get('/app/page', { accept: 'text/html' })
}

/** @returns the answer to the callback */
async function signIn(person: Visitor): Promise<Answer> {
  const { location } = await open(person)
  expect(new URL(location).searchParams.get('code_challenge_method')).toBe('S256')
  const { pathname, search } = await signInWith(person, location)
  return person.browser.get(`${pathname}${search}`)
}

/** What the module tells the application about a signed-in user. */
async function told(person: Visitor): Promise<Told> {
  const answer = await open(person)
  expect(answer.status).toBe(200)
  return answer.json() as Told
}

/** Calls an action of the module at its own address. @returns the redirect's target */
async function askModule({ browser }: Visitor, parameters: Record<string, string>) {
  const query = new URLSearchParams(parameters)
  return (await browser.get(`${redirectPath}?${query.toString()}`)).location
}

describe('Apache with mod_auth_openidc, as Debian has it', () => {
  it('signs a user in and tells the application who it is', async () => {
    const person = visitor(3)
    expect((await signIn(person)).location).toBe(`${publicUrl}/app/page`)
    const headers = await told(person)
    expect(headers).toMatchObject({
      oidc_claim_iss: at.issuer,
      oidc_claim_aud: at.client.clientId,
      oidc_claim_oid: person.user.id,
      oidc_claim_name: person.user.displayName,
      oidc_claim_preferred_username: person.user.userPrincipalName,
    })
    expect(await askGraph(at, headers['oidc_access_token'] ?? '')).toBe(person.user.id)
  })

  it('refreshes the access token', async () => {
    const person = visitor(4)
    const refresh = `${publicUrl}/app/page`
    await signIn(person)
    const { oidc_access_token: first = '' } = await told(person)
    expect(await askModule(person, { refresh, access_token: first })).toBe(refresh)
    const { oidc_access_token: second = '' } = await told(person)
    expect(second).not.toBe(first)
    expect(await askGraph(at, second)).toBe(person.user.id)
  })

  it('signs out, here and at the tenant', async () => {
    const person = visitor(5)
    await signIn(person)
    const logout = `${publicUrl}/public`
    const url = await askModule(person, { logout })
    expect(url.startsWith(`${at.authority}/oauth2/v2.0/logout?`)).toBe(true)
    expect(await follow(person, url)).toBe(logout)
    const { location } = await open(person)
    expect(await isSignedIn(person, location)).toBe(false)
  })

  it('refuses an ID token that is for another sign-in, or signed with another key', async () => {
    const person = visitor(6)
    const tampered = { at: 'token', kind: 'idToken', times: 1 } as const
    at.tenant.faults.set({ ...tampered, claims: { nonce: 'another' } })
    expect((await signIn(person)).location).toBe('')
    expect(apache.output()).toContain('nonce value (another) in the id_token did not match')
    at.tenant.faults.set({ ...tampered, variant: 'foreign-key' })
    expect((await signIn(person)).location).toBe('')
    expect(apache.output()).toContain('id_token signature could not be validated')
    expect((await open(person)).status).toBe(302)
  })
})

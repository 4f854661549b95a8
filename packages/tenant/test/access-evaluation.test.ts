import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { refresh, signIn } from './application.ts'
import { callGraph, capable, challengeOf } from './graph-call.ts'

const now = 1_800_000_000_000
let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ now: () => now })))
afterAll(() => tenant.close())

const signInAs = (place: number, claims = capable) =>
  signIn(tenant, { claims }, { user: people(tenant).at(place).id })
const idOf = (place: number) => people(tenant).at(place).id
const statusOf = async (path: string, token: string) =>
  (await callGraph(tenant, path, token)).status

describe('an authentication context that Graph requires', () => {
  it('is requested in a challenge, satisfied by a step-up, and can be removed', async () => {
    const tokens = await signInAs(0)
    tenant.requireAuthenticationContext('users', 'c1')
    const refused = await callGraph(tenant, '/users?$top=1', tokens.access_token)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="", authorization_uri="http[^"]+", .*error="insufficient_claims"/,
    )
    const claims = challengeOf(refused)
    expect(claims).toEqual({ access_token: { acrs: { essential: true, value: 'c1' } } })
    expect(await statusOf('/me', tokens.access_token)).toBe(200)
    const stepped = await signInAs(0, JSON.stringify(claims))
    expect(await statusOf('/users?$top=1', stepped.access_token)).toBe(200)
    tenant.requireAuthenticationContext('users', undefined)
    expect(await statusOf('/users?$top=1', tokens.access_token)).toBe(200)
  })

  it('is a plain 403 for an application that does not handle challenges', async () => {
    const tokens = await signIn(tenant)
    tenant.requireAuthenticationContext('users', 'c1')
    const refused = await callGraph(tenant, '/users', tokens.access_token)
    tenant.requireAuthenticationContext('users', undefined)
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toBeNull()
  })
})

describe('tokens that are revoked', () => {
  it('are challenged by Graph, and one refresh replaces them', async () => {
    const tokens = await signInAs(1)
    const other = await signInAs(2)
    tenant.revokeTokens(idOf(1))
    const refused = await callGraph(tenant, '/me', tokens.access_token)
    expect(refused.status).toBe(401)
    const claims = challengeOf(refused)
    expect(claims).toEqual({
      access_token: { nbf: { essential: true, value: String(now / 1000) } },
    })
    const { status, body } = await refresh(tenant, tokens.refresh_token, {
      claims: JSON.stringify(claims),
    })
    expect(status).toBe(200)
    expect(await statusOf('/me', body.access_token)).toBe(200)
    expect(await statusOf('/me', other.access_token)).toBe(200)
  })

  it('stay valid for applications that do not handle challenges', async () => {
    const tokens = await signIn(tenant, {}, { user: idOf(3) })
    tenant.revokeTokens(idOf(3))
    expect(await statusOf('/me', tokens.access_token)).toBe(200)
  })

  it('can be the tokens of all users', async () => {
    const [one, two] = [await signInAs(4), await signInAs(5)]
    tenant.revokeTokens()
    expect(await statusOf('/me', one.access_token)).toBe(401)
    expect(await statusOf('/me', two.access_token)).toBe(401)
    const fresh = await signInAs(4)
    expect(await statusOf('/me', fresh.access_token)).toBe(200)
  })

  it('are revoked with the refresh token if a user’s sessions are revoked', async () => {
    const tokens = await signInAs(6)
    tenant.revokeUser(idOf(6))
    expect(challengeOf(await callGraph(tenant, '/me', tokens.access_token))).toBeDefined()
    const { body } = await refresh(tenant, tokens.refresh_token)
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [50173] })
  })
})

it('a disabled user is challenged, cannot refresh, and can do both again once enabled', async () => {
  const tokens = await signInAs(7)
  tenant.disableUser(idOf(7))
  expect(challengeOf(await callGraph(tenant, '/me', tokens.access_token))).toMatchObject({
    access_token: { nbf: { essential: true } },
  })
  const { body } = await refresh(tenant, tokens.refresh_token)
  expect(body).toMatchObject({ error_codes: [50057] })
  tenant.enableUser(idOf(7))
  expect(await statusOf('/me', tokens.access_token)).toBe(200)
  expect((await refresh(tenant, tokens.refresh_token)).status).toBe(200)
})

it('guests can be denied reading other users', async () => {
  const place = tenant.users.indexOf(people(tenant).guest)
  const [guest, member] = [await signInAs(place), await signInAs(0)]
  tenant.restrictGuests(true)
  expect(await statusOf('/users', guest.access_token)).toBe(403)
  expect(await statusOf(`/users/${idOf(0)}`, guest.access_token)).toBe(403)
  expect(await statusOf(`/users/${idOf(place)}`, guest.access_token)).toBe(200)
  expect(await statusOf('/users', member.access_token)).toBe(200)
  tenant.restrictGuests(false)
  expect(await statusOf('/users', guest.access_token)).toBe(200)
})

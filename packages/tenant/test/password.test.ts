import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localPassword } from '../src/directory/directory.ts'
import { commandLineClientId, localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, consentForAll, postToken, redirectUri, signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
beforeAll(async () => {
  tenant = await createTenant({
    clients: [{ ...localClient, web: { redirectUris: [redirectUri] } }],
    patchUsers: { 20: { needsSecondFactor: true }, 21: { password: 'another one' } },
  })
  await consentForAll(tenant, 'User.Read')
})
afterAll(() => tenant.close())

function ask(place: number, form: Record<string, string | undefined> = {}) {
  return postToken(tenant, {
    grant_type: 'password',
    username: people(tenant).at(place).userPrincipalName,
    password: localPassword,
    scope: 'openid offline_access User.Read',
    ...form,
  })
}

describe('the password grant', () => {
  it('signs a user in, with the password that every user has', async () => {
    const { status, body } = await ask(3)
    expect(status).toBe(200)
    const { id } = people(tenant).at(3)
    expect(claimsOf(body.access_token)).toMatchObject({ oid: id, scp: 'openid User.Read' })
    expect(claimsOf(body.id_token)).toMatchObject({ oid: id })
    const again = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    expect((await postToken(tenant, again)).status).toBe(200)
    expect((await ask(21, { password: 'another one' })).status).toBe(200)
  })

  it.each([
    ['a wrong password', 3, { password: 'wrong' }, 'invalid_grant', 50126],
    ['the usual password of a user with another', 21, {}, 'invalid_grant', 50126],
    ['an unknown user', 3, { username: 'no.one@local-tenant.example' }, 'invalid_grant', 50034],
    ['a guest', 8, {}, 'invalid_grant', 50034],
    ['a disabled user', 199, {}, 'invalid_grant', 50057],
    ['a user who needs a second factor', 20, {}, 'interaction_required', 50076],
    ['a scope without consent', 3, { scope: 'Mail.Read' }, 'invalid_grant', 65001],
    ['no user name', 3, { username: undefined }, 'invalid_request', 900144],
    ['no password', 3, { password: undefined }, 'invalid_request', 900144],
    ['no scope', 3, { scope: undefined }, 'invalid_request', 900144],
  ])('refuses %s', async (_what, place, form, error, code) => {
    const { status, body } = await ask(place, form)
    expect([status, body['error'], body['error_codes']]).toEqual([400, error, [code]])
  })

  it('refuses a context that only the user can satisfy', async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const { body } = await ask(3, { claims })
    expect(body).toMatchObject({ error: 'interaction_required', error_codes: [50076], claims })
  })

  it.each(['common', 'consumers'])('is not served at /%s', async (segment) => {
    const body = new URLSearchParams({
      grant_type: 'password',
      client_id: localClient.clientId,
      client_secret: localClient.secrets[0],
      username: people(tenant).at(3).userPrincipalName,
      password: localPassword,
      scope: 'User.Read',
    })
    const url = `${tenant.authority}/${segment}/oauth2/v2.0/token`
    const answer = await fetch(url, { method: 'POST', body })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error_codes: [9001023] }])
  })

  it('needs a public client or a proof', async () => {
    const { status, body } = await ask(3, { client_secret: undefined })
    expect([status, body['error_codes']]).toEqual([401, [7000218]])
    const admin = tenant.users.indexOf(people(tenant).administrator)
    const publicClient = { client_id: commandLineClientId, client_secret: undefined }
    // Known as a client, and without consent.
    expect((await ask(admin, publicClient)).body['error_codes']).toEqual([65001])
  })
})

describe('smart lockout', () => {
  const minute = 60_000
  const codeOf = async (place: number, password: string) => {
    const { status, body } = await ask(place, { password })
    return status === 200 ? 200 : (body['error_codes'] as number[])[0]
  }
  /** Wrong passwords that differ. @returns the codes of the answers */
  async function fail(place: number, times: number) {
    const codes: unknown[] = []
    for (let time = 0; time < times; time += 1) {
      codes.push(await codeOf(place, `wrong ${Math.random()}`))
    }
    return codes
  }

  it('locks an account after ten wrong passwords, also for the right one, and no other account', async () => {
    expect(await fail(30, 10)).toEqual(Array(10).fill(50126))
    expect(await codeOf(30, localPassword)).toBe(50053)
    expect(await codeOf(31, localPassword)).toBe(200)
    const { body } = await ask(30)
    expect(body).toMatchObject({ error: 'invalid_grant' })
  })

  it('ends by the clock of the tenant: after a minute at first, and later each time', async () => {
    await fail(32, 10)
    tenant.clock.advance(minute - 1_000)
    expect(await codeOf(32, localPassword)).toBe(50053)
    tenant.clock.advance(2_000)
    // One more locks again, for longer.
    expect(await fail(32, 2)).toEqual([50126, 50053])
    tenant.clock.advance(minute + 1_000)
    expect(await codeOf(32, localPassword)).toBe(50053)
    tenant.clock.advance(minute)
    expect(await codeOf(32, localPassword)).toBe(200)
    expect(await fail(32, 9)).toEqual(Array(9).fill(50126))
    expect(await codeOf(32, localPassword)).toBe(200)
  })

  it('locks for half an hour or so at most', async () => {
    await fail(33, 10)
    for (let lockout = 0; lockout < 12; lockout += 1) {
      tenant.clock.advance(32 * minute + 1_000)
      expect(await fail(33, 2)).toEqual([50126, 50053])
    }
  })

  it('does not count a wrong password that is one of the last three', async () => {
    for (let round = 0; round < 5; round += 1) {
      for (const password of ['a', 'b', 'c']) expect(await codeOf(34, password)).toBe(50126)
    }
    expect(await codeOf(34, localPassword)).toBe(200)
    // A fourth one drives the first out.
    for (let round = 0; round < 3; round += 1) {
      for (const password of ['a', 'b', 'c', 'd']) await codeOf(34, password)
    }
    expect(await codeOf(34, localPassword)).toBe(50053)
  })

  it('ends when an administrator resets the password', async () => {
    const user = people(tenant).administrator.id
    const scope = 'openid Directory.ReadWrite.All User.ReadWrite.All Directory.AccessAsUser.All'
    const { access_token: token } = await signIn(tenant, { scope }, { user })
    await fail(36, 10)
    const password = 'Another-1'
    const passwordProfile = { password, forceChangePasswordNextSignIn: false }
    const { id } = people(tenant).at(36)
    const { status } = await graph(tenant, token, 'PATCH', `/users/${id}`, { passwordProfile })
    expect(status).toBe(204)
    expect(await codeOf(36, password)).toBe(200)
  })

  it('ends by the control API, on the page, and with a reset', async () => {
    const { id, userPrincipalName } = people(tenant).at(35)
    const control = `${tenant.origin}/_tenant`
    const lockouts = async () => (await fetch(`${control}/lockouts`)).json()
    await fail(35, 10)
    expect(await lockouts()).toMatchObject({
      lockouts: expect.arrayContaining([{ user: userPrincipalName, until: expect.any(Number) }]),
    })
    const page = await (await fetch(`${control}/directory?user=${id}`)).text()
    expect(page).toContain(`action="/_tenant/lockouts/${id}/delete"`)
    const form = { method: 'POST', redirect: 'manual', body: new URLSearchParams() } as const
    expect((await fetch(`${control}/lockouts/${id}/delete`, form)).status).toBe(303)
    expect(await codeOf(35, localPassword)).toBe(200)
    await fail(35, 10)
    expect((await fetch(`${control}/lockouts/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect(await codeOf(35, localPassword)).toBe(200)
    await fail(35, 10)
    tenant.unlockUser(id)
    expect(await codeOf(35, localPassword)).toBe(200)
    await fail(35, 10)
    tenant.reset()
    await consentForAll(tenant, 'User.Read')
    expect(await lockouts()).toEqual({ lockouts: [] })
    expect(await codeOf(35, localPassword)).toBe(200)
  })
})

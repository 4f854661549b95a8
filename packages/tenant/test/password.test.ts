import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localPassword } from '../src/directory/directory.ts'
import { commandLineClientId, localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, consentForAll, postToken, redirectUri } from './application.ts'

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

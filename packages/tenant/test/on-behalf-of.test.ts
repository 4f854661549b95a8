import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, codeOf, postToken, redeem, redirectUri } from './application.ts'
import { callGraph, capable } from './graph-call.ts'

const middleId = '5a0c1d2e-3f4b-4c5d-8e6f-708192a3b4c5'
const combinedId = '6b1d2e3f-4a5c-4d6e-9f70-8192a3b4c5d6'
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let now = Date.now()
let tenant: Tenant
beforeAll(async () => {
  tenant = await createTenant({
    users: 40,
    now: () => now,
    clients: [
      { ...localClient, web: { redirectUris: [redirectUri] } },
      {
        ...localClient,
        clientId: middleId,
        name: 'Middle tier',
        web: { redirectUris: [redirectUri] },
        identifierUris: [`api://${middleId}`],
        api: {
          requestedAccessTokenVersion: 2,
          oauth2PermissionScopes: [{ value: 'access_as_user' }],
        },
        appRoles: [{ value: 'Work', allowedMemberTypes: ['Application'] }],
      },
      {
        ...localClient,
        clientId: combinedId,
        name: 'Combined',
        identifierUris: ['api://combined'],
        delegatedPermissions: ['User.Read', 'Mail.Read'],
        api: {
          oauth2PermissionScopes: [{ value: 'access_as_user' }],
          requestedAccessTokenVersion: 1,
          knownClientApplications: [localClient.clientId],
        },
      },
    ],
  })
})
afterAll(() => tenant.close())

const scope = `openid offline_access api://${middleId}/access_as_user`

async function assertionOf(place: number, parameters: Record<string, string> = {}) {
  const user = people(tenant).at(place).userPrincipalName
  const code = await codeOf(tenant, { scope, ...parameters }, { user })
  return (await redeem(tenant, code)).body
}

/** The middle tier's own consent, as its users give it at the middle tier. */
async function consentToMiddle(place: number, scopes = 'openid offline_access User.Read') {
  const user = people(tenant).at(place).userPrincipalName
  const url = authorizeUrl(tenant, { client_id: middleId, scope: scopes })
  await signInAtTenant(url, { user })
}

function exchange(assertion: unknown, form: Record<string, string | undefined> = {}) {
  return postToken(tenant, {
    grant_type: grantType,
    client_id: middleId,
    requested_token_use: 'on_behalf_of',
    assertion: String(assertion),
    scope: 'https://graph.microsoft.com/User.Read',
    ...form,
  })
}

describe('on-behalf-of', () => {
  it('gives a token of the same user for the API behind, and a refresh token if asked', async () => {
    await consentToMiddle(3)
    const { access_token: assertion } = await assertionOf(3)
    const { status, body } = await exchange(assertion)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('refresh_token')
    const user = people(tenant).at(3)
    expect(claimsOf(body.access_token)).toMatchObject({
      appid: middleId,
      oid: user.id,
      idtyp: 'user',
      scp: 'User.Read',
    })
    expect((await callGraph(tenant, '/me', body.access_token)).status).toBe(200)
    const offline = await exchange(assertion, { scope: 'offline_access openid User.Read' })
    expect(offline.body).toHaveProperty('id_token')
    const again = await postToken(tenant, {
      grant_type: 'refresh_token',
      client_id: middleId,
      refresh_token: offline.body.refresh_token,
    })
    expect(claimsOf(again.body.access_token)).toMatchObject({ oid: user.id, appid: middleId })
    const all = await exchange(assertion, { scope: 'https://graph.microsoft.com/.default' })
    expect(claimsOf(all.body.access_token)).toMatchObject({ scp: 'User.Read' })
  })

  it('needs the consent of the user to the middle tier', async () => {
    const { access_token: assertion } = await assertionOf(4)
    for (const asked of ['User.Read', 'https://graph.microsoft.com/.default']) {
      const { status, body } = await exchange(assertion, { scope: asked })
      expect(status).toBe(400)
      expect(body).toMatchObject({
        error: 'invalid_grant',
        suberror: 'consent_required',
        error_codes: [65001],
        error_description: expect.stringContaining(middleId),
      })
    }
  })

  it.each([
    ['no proof', { client_secret: undefined }, 401, 'invalid_client', 7000218],
    ['no use', { requested_token_use: undefined }, 400, 'invalid_request', 900144],
    ['another use', { requested_token_use: 'other' }, 400, 'invalid_request', 90023],
    ['no assertion', { assertion: undefined }, 400, 'invalid_request', 900144],
    ['no scope', { scope: undefined }, 400, 'invalid_request', 900144],
    ['no form', { assertion: 'opaque' }, 400, 'invalid_request', 50027],
    [
      'several APIs',
      { scope: `User.Read api://${middleId}/access_as_user` },
      400,
      'invalid_scope',
      28000,
    ],
  ])('is refused with %s', async (_what, form, status, error, code) => {
    await consentToMiddle(5)
    const { access_token: assertion } = await assertionOf(5)
    const answer = await exchange(assertion, form)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ error, error_codes: [code] })
  })

  it('takes only a delegated access token of this tenant for the client itself', async () => {
    await consentToMiddle(6)
    const tokens = await assertionOf(6)
    const forGraph = await codeOf(tenant, {}, { user: people(tenant).at(6).userPrincipalName })
    const graphs = (await redeem(tenant, forGraph)).body.access_token
    const wrongAudience = await exchange(graphs)
    expect(wrongAudience.body).toMatchObject({ error: 'invalid_grant', error_codes: [500131] })
    const changed = `${tokens.access_token.slice(0, -6)}AAAAAA`
    expect((await exchange(changed)).body).toMatchObject({
      error: 'invalid_grant',
      error_codes: [50013],
    })
    const user = people(tenant).at(6).userPrincipalName
    const signIn = authorizeUrl(tenant, { client_id: middleId, scope: 'openid' })
    const { location } = await signInAtTenant(signIn, { user })
    const own = await redeem(tenant, new URL(location).searchParams.get('code') ?? '', {
      client_id: middleId,
    })
    expect((await exchange(own.body.id_token)).body).toMatchObject({
      error: 'invalid_grant',
      error_codes: [240002],
    })
    const appOnly = await postToken(tenant, {
      grant_type: 'client_credentials',
      scope: `api://${middleId}/.default`,
    })
    const refused = await exchange(appOnly.body.access_token)
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ error: 'unauthorized_client', error_codes: [7000114] })
    now += 91 * 60_000
    expect((await exchange(tokens.access_token)).body).toMatchObject({ error_codes: [500133] })
  })

  it('ends with the user’s account and sessions', async () => {
    await consentToMiddle(7)
    const { access_token: assertion } = await assertionOf(7)
    const { id } = people(tenant).at(7)
    tenant.disableUser(id)
    expect((await exchange(assertion)).body).toMatchObject({ error_codes: [50057] })
    tenant.enableUser(id)
    expect((await exchange(assertion)).status).toBe(200)
    tenant.revokeUser(id)
    expect((await exchange(assertion)).body).toMatchObject({ error_codes: [50173] })
  })

  it('passes a claims challenge on, which the client’s own sign-in satisfies', async () => {
    await consentToMiddle(9)
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const first = await exchange((await assertionOf(9)).access_token, { claims })
    expect(first.status).toBe(400)
    expect(first.body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
      claims,
    })
    const { access_token: proved } = await assertionOf(9, { claims })
    const second = await exchange(proved, { claims })
    expect(claimsOf(second.body.access_token)).toMatchObject({ acrs: ['c1'] })
    const long = await exchange(proved, { claims: capable })
    expect(claimsOf(long.body.access_token)).toMatchObject({ xms_cc: ['cp1'] })
  })
})

describe('an API that knows its client', () => {
  const form = { client_id: combinedId, scope: 'https://graph.microsoft.com/.default' }

  it('is consented to with the client, by .default', async () => {
    const user = people(tenant).at(20).userPrincipalName
    const url = (asked: string) => authorizeUrl(tenant, { scope: asked })
    await signInAtTenant(url('openid api://combined/access_as_user'), { user })
    const code = await codeOf(tenant, { scope: 'openid api://combined/access_as_user' }, { user })
    const dynamic = (await redeem(tenant, code)).body.access_token
    expect(claimsOf(dynamic)).toMatchObject({ aud: 'api://combined', ver: '1.0' })
    expect((await exchange(dynamic, form)).body).toMatchObject({ error_codes: [65001] })
  })

  it('has what it lists from the same page', async () => {
    const scopes = 'openid api://combined/.default'
    const user = people(tenant).at(21)
    // The client lists the API, so that .default has something to ask for.
    const listing = await createTenant({
      users: 40,
      clients: tenant.clients.map((client) =>
        client.clientId === localClient.clientId
          ? { ...client, delegatedPermissions: ['api://combined/access_as_user'] }
          : client,
      ),
    })
    try {
      const signIn = await signInAtTenant(authorizeUrl(listing, { scope: scopes }), {
        user: user.userPrincipalName,
      })
      const code = new URL(signIn.location).searchParams.get('code') ?? ''
      const { body } = await redeem(listing, code)
      expect(claimsOf(body.access_token)).toMatchObject({ scp: 'access_as_user' })
      const answer = await postToken(listing, {
        ...form,
        grant_type: grantType,
        requested_token_use: 'on_behalf_of',
        assertion: body.access_token,
      })
      expect(claimsOf(answer.body.access_token)).toMatchObject({ scp: 'User.Read Mail.Read' })
    } finally {
      await listing.close()
    }
  })
})

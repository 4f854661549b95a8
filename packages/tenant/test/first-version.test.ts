import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { people, type Tenant } from '../src/testing/index.ts'
import { claimsOf, verifier } from './application.ts'
import { callGraph } from './graph-call.ts'
import { answerOf, startPlatforms, urlFor, web } from './platforms.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await startPlatforms()))
afterAll(() => tenant.close())

const redirectUri = 'http://localhost:7071'

function firstUrl(parameters: Record<string, string | undefined> = {}): string {
  const more = { redirect_uri: redirectUri, scope: undefined, ...parameters }
  return urlFor(tenant, web, more).replace('/oauth2/v2.0/', '/oauth2/')
}

async function post(form: Record<string, string>) {
  const body = new URLSearchParams({
    client_id: web.clientId,
    client_secret: 'a-secret-of-this-test',
    ...form,
  })
  const url = `${tenant.origin}/${tenant.tenantId}/oauth2/token`
  const answer = await fetch(url, { method: 'POST', body })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function signIn(resource?: string) {
  const asked = resource === undefined ? {} : { resource }
  const { parameters } = await answerOf(firstUrl(asked))
  return post({
    grant_type: 'authorization_code',
    code: parameters.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
}

describe('version 1.0', () => {
  it.each(['https://graph.microsoft.com', 'https://graph.microsoft.com/', undefined])(
    'signs in with the resource %s in place of scopes',
    async (resource) => {
      const { status, body } = await signIn(resource)
      expect(status).toBe(200)
      const { exp, nbf } = claimsOf(body['access_token'])
      expect(body).toMatchObject({
        token_type: 'Bearer',
        expires_in: expect.stringMatching(/^\d+$/),
        expires_on: String(exp),
        not_before: String(nbf),
      })
      const me = await callGraph(tenant, '/me', String(body['access_token']))
      expect(me.status).toBe(200)
    },
  )

  it('gives ID tokens with its issuer and claims, which its keys verify', async () => {
    const { body } = await signIn('https://graph.microsoft.com')
    const document = await fetch(
      `${tenant.origin}/${tenant.tenantId}/.well-known/openid-configuration`,
    )
    const { issuer, jwks_uri: uri } = (await document.json()) as Record<string, string>
    const { payload } = await jwtVerify(
      String(body['id_token']),
      createRemoteJWKSet(new URL(uri ?? '')),
      { issuer: issuer ?? '', audience: web.clientId },
    )
    const { first } = people(tenant)
    expect(payload).toMatchObject({
      ver: '1.0',
      amr: ['pwd'],
      upn: first.userPrincipalName,
      unique_name: first.userPrincipalName,
      family_name: first.surname,
      nonce: 'the-nonce',
    })
    expect(payload).not.toHaveProperty('preferred_username')
  })

  it('refreshes for a resource, and takes its ID token as a hint', async () => {
    const { body } = await signIn('https://graph.microsoft.com')
    const refreshed = await post({
      grant_type: 'refresh_token',
      refresh_token: String(body['refresh_token']),
      resource: 'https://graph.microsoft.com',
    })
    expect(refreshed.body).toMatchObject({ resource: 'https://graph.microsoft.com' })
    expect(claimsOf(refreshed.body['id_token'])['ver']).toBe('1.0')
    const cookies = new Map<string, string>()
    await answerOf(firstUrl(), { cookies })
    const hint = { prompt: 'none', id_token_hint: String(body['id_token']) }
    const { parameters } = await answerOf(firstUrl(hint), { cookies })
    expect(parameters.get('code')).toBeTruthy()
    const access = { prompt: 'none', id_token_hint: String(body['access_token']) }
    const refused = await answerOf(firstUrl(access), { cookies })
    expect(refused.parameters.get('error_description')).toContain('AADSTS50027')
  })

  it('has a UserInfo of its own, with the subject of the ID token', async () => {
    const { body } = await signIn('https://graph.microsoft.com')
    const document = await fetch(
      `${tenant.origin}/${tenant.tenantId}/.well-known/openid-configuration`,
    )
    const { userinfo_endpoint: url } = (await document.json()) as Record<string, string>
    const headers = { authorization: `Bearer ${String(body['access_token'])}` }
    const answer = await fetch(url ?? '', { headers })
    expect(await answer.json()).toMatchObject({
      sub: claimsOf(body['id_token'])['sub'],
      upn: people(tenant).first.userPrincipalName,
      tid: tenant.tenantId,
    })
    expect((await fetch(url ?? '')).status).toBe(401)
  })

  it('sends an ID token of its own by the browser too', async () => {
    const { parameters } = await answerOf(firstUrl({ response_type: 'code id_token' }))
    expect(claimsOf(parameters.get('id_token'))).toMatchObject({
      ver: '1.0',
      iss: `https://sts.windows.net/${tenant.tenantId}/`,
    })
  })

  it.each([
    ['no resource for an application', { grant_type: 'client_credentials' }, 900144],
    [
      'a resource that is not here',
      { grant_type: 'client_credentials', resource: 'https://graph.windows.net' },
      500011,
    ],
  ])('refuses %s', async (_what, form, number) => {
    expect((await post(form)).body).toMatchObject({ error_codes: [number] })
  })
})

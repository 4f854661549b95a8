import { createHash } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tenant } from '../src/testing/index.ts'
import { claimsOf } from './application.ts'
import { callGraph } from './graph-call.ts'
import { answerOf, codeForm, native, postAs, startPlatforms, urlFor, web } from './platforms.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await startPlatforms()))
afterAll(() => tenant.close())

const redirectUri = 'http://localhost:7071'
const secret = { client_secret: 'a-secret-of-this-test' }

function urlWith(parameters: Record<string, string | undefined>): string {
  return urlFor(tenant, web, { redirect_uri: redirectUri, ...parameters })
}

function half(text: string | null): string {
  const digest = createHash('sha256')
    .update(text ?? '')
    .digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

async function verified(token: string | null) {
  const keys = createRemoteJWKSet(new URL(`${tenant.origin}/common/discovery/v2.0/keys`))
  const issuer = `${tenant.origin}/${tenant.tenantId}/v2.0`
  const { payload } = await jwtVerify(token ?? '', keys, { issuer, audience: web.clientId })
  return payload
}

describe('response_type', () => {
  it('id_token gives one, in the fragment, with the nonce', async () => {
    const { address, parameters } = await answerOf(urlWith({ response_type: 'id_token' }))
    expect(address).toBe(`${redirectUri}/`)
    expect(parameters.get('code')).toBeNull()
    expect(parameters.get('state')).toBe('the-state')
    expect(parameters.get('session_state')).toMatch(/^[0-9a-f-]{36}$/)
    const claims = await verified(parameters.get('id_token'))
    expect(claims['nonce']).toBe('the-nonce')
    expect(claims).not.toHaveProperty('c_hash')
    expect(claims).not.toHaveProperty('at_hash')
  })

  it.each(['code id_token', 'id_token code'])('%s binds the code to the ID token', async (type) => {
    const { parameters } = await answerOf(urlWith({ response_type: type }))
    const claims = await verified(parameters.get('id_token'))
    expect(claims['c_hash']).toBe(half(parameters.get('code')))
    const form = { ...codeForm(parameters.get('code') ?? '', redirectUri), ...secret }
    const { body } = await postAs(tenant, web, form)
    expect(claimsOf(body['id_token'])).toMatchObject({ sub: claims.sub, nonce: 'the-nonce' })
  })

  it.each(['id_token token', 'token id_token'])('%s binds the access token', async (type) => {
    const { parameters } = await answerOf(urlWith({ response_type: type }))
    const claims = await verified(parameters.get('id_token'))
    expect(claims['at_hash']).toBe(half(parameters.get('access_token')))
    expect(parameters.get('token_type')).toBe('Bearer')
    expect(Number(parameters.get('expires_in'))).toBeGreaterThan(3_500)
    expect(parameters.get('scope')?.split(' ')).toContain('User.Read')
    expect(parameters.get('refresh_token')).toBeNull()
    const me = await callGraph(tenant, '/me', parameters.get('access_token') ?? '')
    expect(me.status).toBe(200)
  })

  it('token alone gives no ID token', async () => {
    const url = urlWith({ response_type: 'token', scope: 'User.Read', nonce: undefined })
    const { parameters } = await answerOf(url)
    expect(parameters.get('access_token')).toBeTruthy()
    expect(parameters.get('id_token')).toBeNull()
  })

  it.each([
    ['id_token', 700054],
    ['code id_token', 700054],
    ['token', 700051],
  ])('%s needs the registration’s leave', async (type, number) => {
    const url = urlFor(tenant, native, { redirect_uri: 'http://localhost', response_type: type })
    const { address, parameters } = await answerOf(url)
    expect(address).not.toContain('error')
    expect(parameters.get('error')).toBe('unsupported_response_type')
    expect(parameters.get('error_description')).toContain(`AADSTS${number}`)
  })

  it.each([
    ['none', 70005],
    ['code code', 70005],
    ['code token', 70005],
    ['code id_token token', 70005],
    ['CODE', 70005],
  ])('%s is none of Entra’s', async (type, number) => {
    const { parameters } = await answerOf(urlWith({ response_type: type }))
    expect(parameters.get('error')).toBe('unsupported_response_type')
    expect(parameters.get('error_description')).toContain(`AADSTS${number}`)
  })

  it.each([
    ['no nonce', { nonce: undefined }, 900144],
    ['no scope openid', { scope: 'User.Read' }, 70005],
    ['response_mode=query', { response_mode: 'query' }, 70007],
    ['a mode that there is not', { response_mode: 'web_message' }, 90023],
  ])('id_token is refused with %s, in the fragment', async (_what, change, number) => {
    const { address, parameters } = await answerOf(
      urlWith({ response_type: 'id_token', ...change }),
    )
    expect(address).toBe(`${redirectUri}/`)
    expect(parameters.get('error_description')).toContain(`AADSTS${number}`)
  })
})

describe('response_mode', () => {
  it('fragment works for a code too', async () => {
    const { address, parameters } = await answerOf(urlWith({ response_mode: 'fragment' }))
    expect(address).toBe(`${redirectUri}/`)
    expect(parameters.get('code')).toBeTruthy()
  })

  it('form_post sends an ID token to the address as it is registered', async () => {
    const url = urlWith({ response_type: 'code id_token', response_mode: 'form_post' })
    const cookies = new Map<string, string>()
    await answerOf(urlWith({}), { cookies })
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { headers: { cookie } })
    const page = await answer.text()
    expect(page).toContain(`<form method="post" action="${redirectUri}">`)
    expect(page).toContain('name="id_token"')
    expect(page).toContain('name="code"')
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain("frame-ancestors 'none'")
    const silent = await fetch(`${url}&prompt=none`, { headers: { cookie } })
    expect(await silent.text()).toContain('name="id_token"')
    expect(silent.headers.get('content-security-policy')).not.toContain('frame-ancestors')
    expect(silent.headers.get('x-frame-options')).toBeNull()
  })
})

describe('an ID token', () => {
  it('lives an hour', async () => {
    const before = Math.floor(Date.now() / 1000)
    const { parameters } = await answerOf(urlWith({}))
    const form = { ...codeForm(parameters.get('code') ?? '', redirectUri), ...secret }
    const { body } = await postAs(tenant, web, form)
    const { exp, iat } = claimsOf(body['id_token'])
    expect(Number(exp) - Number(iat)).toBe(3_900)
    expect(Number(exp)).toBeGreaterThanOrEqual(before + 3_600)
    expect(Number(exp)).toBeLessThan(before + 3_660)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, codeOf, redeem, refresh, signIn } from './application.ts'
import { capable } from './graph-call.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant()))
afterAll(() => tenant.close())

const stepUp = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

describe('a claims request for an authentication context', () => {
  it.each([
    ['in the access token, by value', stepUp],
    ['in the ID token, by values', '{"id_token":{"acrs":{"essential":true,"values":["c1"]}}}'],
  ])('%s, gives tokens with acrs after a step-up', async (_, claims) => {
    const tokens = await signIn(tenant, { claims })
    expect(claimsOf(tokens.access_token).acrs).toEqual(['c1'])
    expect(claimsOf(tokens.id_token).acrs).toEqual(['c1'])
    const plain = await signIn(tenant)
    expect(claimsOf(plain.access_token)).not.toHaveProperty('acrs')
  })

  it('shows a page with one button once in a browser, and again after a fresh sign-in', async () => {
    const cookies = new Map<string, string>()
    await codeOf(tenant, {}, { cookies })
    const page = async () => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const url = authorizeUrl(tenant, { claims: stepUp })
      const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
      return answer.status === 302 ? 'none' : answer.text()
    }
    expect(await page()).toMatch(/Confirm it’s you.*name="confirm"/s)
    await codeOf(tenant, { claims: stepUp }, { cookies })
    expect(await page()).toBe('none')
    await codeOf(tenant, { prompt: 'login' }, { cookies })
    expect(await page()).toContain('Confirm it’s you')
  })

  it('cannot be satisfied without a page', async () => {
    const cookies = new Map<string, string>()
    await codeOf(tenant, {}, { cookies })
    const url = authorizeUrl(tenant, { claims: stepUp, prompt: 'none' })
    const answer = new URL((await signInAtTenant(url, { cookies })).location).searchParams
    expect(answer.get('error')).toBe('interaction_required')
    expect(answer.get('error_description')).toMatch(/^AADSTS50076/)
    expect(answer.get('claims')).toBe(stepUp)
  })

  it('is refused on refresh until a step-up, and kept from then on', async () => {
    const { refresh_token: before } = await signIn(tenant)
    const refused = await refresh(tenant, before, { claims: stepUp })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
      claims: stepUp,
    })
    const { refresh_token: after } = await signIn(tenant, { claims: stepUp })
    const { body } = await refresh(tenant, after)
    expect(claimsOf(body.access_token).acrs).toEqual(['c1'])
    expect((await refresh(tenant, body.refresh_token, { claims: stepUp })).status).toBe(200)
    const other = stepUp.replace('c1', 'c2')
    expect((await refresh(tenant, after, { claims: other })).body).toMatchObject({ claims: other })
  })
})

describe('the capability cp1', () => {
  const lifetime = (token: string) => Number(claimsOf(token).exp) - Date.now() / 1000

  it('gives access tokens that last a day, and does not change ID tokens', async () => {
    const tokens = await signIn(tenant, { claims: capable })
    expect(claimsOf(tokens.access_token).xms_cc).toEqual(['cp1'])
    expect(tokens.expires_in).toBe(86_400)
    expect(lifetime(tokens.access_token)).toBeGreaterThan(86_300)
    expect(lifetime(tokens.id_token)).toBeLessThan(5_401)
  })

  it('applies to the token request that declares it, with any grant', async () => {
    const { body } = await redeem(tenant, await codeOf(tenant), { claims: capable })
    expect(body.expires_in).toBe(86_400)
    const plain = await refresh(tenant, body.refresh_token)
    expect(plain.body.expires_in).toBeLessThan(5_401)
    expect(claimsOf(plain.body.access_token)).not.toHaveProperty('xms_cc')
    const again = await refresh(tenant, body.refresh_token, { claims: capable })
    expect(again.body.expires_in).toBe(86_400)
  })
})

describe('malformed claims', () => {
  it.each(['{"access_token":', '[]', '"x"', '{"access_token":"x"}', '{"id_token":{"acrs":1}}'])(
    'such as %s are an invalid request at both endpoints',
    async (claims) => {
      const cookies = new Map<string, string>()
      const { location } = await signInAtTenant(authorizeUrl(tenant, { claims }), { cookies })
      expect(new URL(location).searchParams.get('error')).toBe('invalid_request')
      const { refresh_token: token } = await signIn(tenant)
      const { status, body } = await refresh(tenant, token, { claims })
      expect([status, body.error]).toEqual([400, 'invalid_request'])
    },
  )

  it('leave the code valid', async () => {
    const code = await codeOf(tenant)
    expect((await redeem(tenant, code, { claims: stepUp })).body).toMatchObject({
      error_codes: [50076],
    })
    expect((await redeem(tenant, code)).status).toBe(200)
  })
})

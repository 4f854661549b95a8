/** The control API as its OpenAPI document describes it. */

import { readFileSync } from 'node:fs'
import { decodeJwt, jwtVerify, createRemoteJWKSet } from 'jose'
import { Value } from 'typebox/value'
import type { TSchema } from 'typebox'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { controlErrors } from '../src/control/errors.ts'
import { problemOf } from '../src/journal/request-problem.ts'
import { createTenant, type JournalEntry, type Tenant } from '../src/tenant.ts'
import { forgeToken, people } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 13 })))
afterEach(() => tenant.clock.reset())
afterAll(() => tenant.close())

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  responses: Record<string, { content?: Record<string, { schema: TSchema }> }>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: { Error: TSchema & { description: string } } }
}

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${tenant.origin}/_tenant${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as unknown }
}

const openApi = async () => (await call('GET', '/openapi.json')).body as Document

describe('the OpenAPI document', () => {
  it('is of version 3.1 and describes every route of the API, each once', async () => {
    const { openapi, paths } = await openApi()
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/_tenant/scenarios/{id}',
        '/_tenant/journal/take',
        '/_tenant/tokens',
      ]),
    )
    const ids = Object.values(paths).flatMap((path) =>
      Object.values(path).map((one) => one.operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(20)
  })

  it('lists every error with its code', async () => {
    const { components } = await openApi()
    for (const code of Object.keys(controlErrors)) {
      expect(components.schemas.Error.description).toContain(`\`${code}\``)
    }
  })

  it('has the same errors as the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    for (const [code, { status, description }] of Object.entries(controlErrors)) {
      const row = new RegExp(
        `\\| \`${code}\` +\\| ${status} +\\| ${description.replaceAll('.', '\\.')} +\\|`,
      )
      expect(readme).toMatch(row)
    }
  })

  it('describes the answers as they are', async () => {
    await signIn(tenant)
    const { paths } = await openApi()
    const gets = Object.entries(paths).filter(
      ([path, { get }]) => get && !path.includes('{') && !path.endsWith('/stream'),
    )
    expect(gets.length).toBeGreaterThan(5)
    for (const [path, { get }] of gets) {
      const { status, body } = await call('GET', path.replace('/_tenant', ''))
      const schema = get?.responses['200']?.content?.['application/json']?.schema
      expect([path, status, schema && Value.Errors(schema, body)]).toEqual([path, 200, []])
    }
  })
})

describe('a wrong request', () => {
  it('is answered with a code, a sentence, and every wrong member', async () => {
    const { status, body } = await call('POST', '/tokens', { scopes: 'all', user: 5, expire: 1 })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'invalid_request', error: expect.any(String) })
    const { problems } = body as { problems: { key: string; message: string }[] }
    expect(problems.map(({ key }) => key).toSorted()).toEqual(['expire', 'scopes', 'user'])
    const { components } = await openApi()
    expect(Value.Errors(components.schemas.Error, body)).toEqual([])
  })

  it.each<[string, string, number, object, unknown?]>([
    [
      'POST',
      '/scenarios/graph-trottled',
      404,
      { code: 'unknown_scenario', neighbours: ['graph-throttled'] },
    ],
    [
      'GET',
      '/journals',
      404,
      { code: 'unknown_path', neighbours: expect.arrayContaining(['/_tenant/journal']) },
    ],
    ['POST', '/revoke', 404, { code: 'unknown_user' }, { user: 'nobody' }],
    ['POST', '/tokens', 404, { code: 'unknown_client' }, { client: 'nothing' }],
    ['POST', '/tokens', 400, { neighbours: ['bad-signature'] }, { variant: 'bad-signatur' }],
    ['PUT', '/clock', 400, { code: 'invalid_request' }, { now: 'noon' }],
    ['PUT', '/clock', 400, { code: 'invalid_request' }, { now: 9e15 }],
    ['POST', '/clock/advance', 400, { code: 'invalid_request' }, {}],
    [
      'PATCH',
      '/policies',
      400,
      { code: 'invalid_request' },
      { authenticationContexts: { nowhere: 'c1' } },
    ],
    ['POST', '/users', 400, { code: 'invalid_request' }, { count: '5' }],
    ['POST', '/journal/take', 408, { code: 'no_request' }, { path: '/nowhere', timeoutMs: 0 }],
    ['POST', '/journal/take', 408, { code: 'no_request' }, { endpoint: 'orders', timeoutMs: 0 }],
    ['POST', '/journal/take', 400, { problems: [{ key: 'endpoint' }] }, { endpoint: 'tokens' }],
  ])('%s %s answers %i', async (method, path, status, expected, body?) => {
    const answer = await call(method, path, body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject(expected)
  })

  it('is answered with a code if it is no JSON, or comes from another site', async () => {
    const send = (init: RequestInit) =>
      fetch(`${tenant.origin}/_tenant/tokens`, { method: 'POST', ...init })
    const json = { 'content-type': 'application/json' }
    const broken = await send({ headers: json, body: '{' })
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: 'invalid_json' }])
    const foreign = await send({ headers: { ...json, origin: 'https://evil.example' }, body: '{}' })
    expect([foreign.status, await foreign.json()]).toMatchObject([403, { code: 'not_own' }])
    const text = await send({ headers: { 'content-type': 'text/plain' }, body: '{}' })
    expect([text.status, await text.json()]).toMatchObject([
      415,
      { code: 'unsupported_media_type' },
    ])
  })
})

describe('the journal', () => {
  it('hands out a request once, also one that is still to come', async () => {
    tenant.journal.clear()
    const asked = call('POST', '/journal/take', { endpoint: 'keys', timeoutMs: 20_000 })
    await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
    expect((await asked).body).toMatchObject({ endpoint: 'keys', status: 200, method: 'GET' })
    const again = await call('POST', '/journal/take', { endpoint: 'keys', timeoutMs: 0 })
    expect(again.status).toBe(408)
    await signIn(tenant)
    const token = await call('POST', '/journal/take', {
      path: '/{tenant}/oauth2/v2.0/token',
      method: 'post',
    })
    expect(token.body).toMatchObject({ body: { grant_type: 'authorization_code' } })
    const page = await call('POST', '/journal/take', { path: '/{tenant}/oauth2/*' })
    expect(page.body).toMatchObject({ endpoint: 'authorize' })
  })

  const last = () => tenant.journal.entries().at(-1)
  const explained = async () => {
    const { body } = await call('GET', '/journal')
    return (body as { entries: (JournalEntry & { problem?: { source: string } })[] }).entries.at(-1)
  }

  it('says why a request was refused, by every way in which Entra says it', async () => {
    await fetch(authorizeUrl(tenant, { redirect_uri: 'https://evil.example/' }))
    expect((await explained())?.problem).toMatchObject({
      code: 'AADSTS50011',
      source: 'https://learn.microsoft.com/entra/identity-platform/reply-url',
    })
    await fetch(authorizeUrl(tenant, { prompt: 'none' }), { redirect: 'manual' })
    expect((await explained())?.problem).toMatchObject({ code: 'AADSTS50058' })
    await fetch(authorizeUrl(tenant, { prompt: 'none', response_mode: 'form_post' }))
    expect((await explained())?.problem).toMatchObject({ code: 'AADSTS50058' })
    await fetch(`${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'nothing',
        client_id: tenant.clients[0]?.clientId ?? '',
      }),
    })
    expect((await explained())?.problem).toMatchObject({ code: 'AADSTS70003' })
  })

  it('reads the words of a page as they are shown', () => {
    const text = '<p role="alert">AADSTS50011: &#34;a&#38;b&#34; is not registered.</p>'
    expect(problemOf({ status: 400, location: undefined, text })).toEqual({
      code: 'AADSTS50011',
      message: '"a&b" is not registered.',
    })
  })

  it('says why Graph refused, and that a path is not served', async () => {
    const { access_token: token } = await signIn(tenant)
    await callGraph(tenant, '/users?$search="displayName:x"', token)
    expect((await explained())?.problem).toMatchObject({
      code: 'Request_UnsupportedQuery',
      source: 'https://learn.microsoft.com/graph/aad-advanced-queries',
    })
    await callGraph(tenant, '/deviceManagement', token)
    expect(last()).toMatchObject({
      isServed: false,
      problem: { message: expect.stringContaining('deviceManagement') },
    })
    await callGraph(tenant, '/me', token)
    expect(last()?.isServed).toBe(true)
    expect(last()?.problem).toBeUndefined()
  })

  it('names the scenario that an answer comes from', async () => {
    const { access_token: token } = await signIn(tenant)
    tenant.scenarios.start('graph-throttled', { times: 1 })
    await callGraph(tenant, '/users', token)
    expect(last()).toMatchObject({ fault: 'graph-throttled', status: 429 })
  })

  it('sends requests as they are answered', async () => {
    const abort = new AbortController()
    const stream = await fetch(`${tenant.origin}/_tenant/journal/stream`, { signal: abort.signal })
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe(': connected\n\n')
    await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
    const event = String((await reader?.read())?.value)
    expect(event).toMatch(/^event: request\nid: \d+\ndata: \{.*"endpoint":"keys".*\}\n\n$/)
    abort.abort()
  })
})

describe('the clock', () => {
  it('is that of tokens and answers', async () => {
    const now = '2030-05-06T07:08:09.000Z'
    expect((await call('PUT', '/clock', { now, frozen: true })).body).toMatchObject({
      now,
      frozen: true,
    })
    const { id_token: token } = await signIn(tenant)
    expect(decodeJwt(token).iat).toBe(Date.parse(now) / 1000 - 300)
    const answer = await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
    expect(answer.headers.get('date')).toBe('Mon, 06 May 2030 07:08:09 GMT')
    const advanced = await call('POST', '/clock/advance', { seconds: 90 })
    expect(advanced.body).toMatchObject({ now: '2030-05-06T07:09:39.000Z' })
    await call('PUT', '/clock', { frozen: false })
    expect(tenant.clock.now()).toBeGreaterThanOrEqual(Date.parse(now) + 90_000)
    expect((await call('DELETE', '/clock')).body).toMatchObject({ offsetMs: 0, frozen: false })
  })

  it('ends access tokens when it is moved on', async () => {
    const { access_token: token } = await signIn(tenant)
    expect((await callGraph(tenant, '/me', token)).status).toBe(200)
    await call('POST', '/clock/advance', { seconds: 2 * 24 * 3600 })
    expect((await callGraph(tenant, '/me', token)).status).toBe(401)
  })
})

describe('forged tokens', () => {
  const forge = async (body: object) =>
    (await call('POST', '/tokens', body)).body as {
      token: string
      claims: Record<string, unknown>
      header: Record<string, unknown>
    }
  const keys = () =>
    createRemoteJWKSet(new URL(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`))

  it('are as those of a sign-in, and Graph accepts one', async () => {
    const { token, claims } = await forge({ user: people(tenant).guest.id })
    expect(claims).toMatchObject({
      oid: people(tenant).guest.id,
      scp: expect.stringContaining('User.Read'),
    })
    expect((await callGraph(tenant, '/me', token)).status).toBe(200)
    const idToken = await forge({ type: 'id_token', claims: { nonce: 'mine', name: null } })
    expect(idToken.claims).toMatchObject({ nonce: 'mine', aud: tenant.clients[0]?.clientId })
    expect(idToken.claims).not.toHaveProperty('name')
  })

  it('can have any claims and be of no user, with a signature that the published keys verify', async () => {
    const claims = { aud: 'api://mine', scp: 'Things.Read', roles: ['A'], custom: { deep: [1] } }
    const { token } = await forge({ user: null, claims, header: { typ: 'at+jwt' } })
    const verified = await jwtVerify(token, keys(), { audience: 'api://mine' })
    expect(verified.payload).toMatchObject(claims)
    expect(verified.payload).not.toHaveProperty('oid')
    expect(verified.protectedHeader).toMatchObject({ typ: 'at+jwt' })
  })

  it.each(['bad-signature', 'foreign-key', 'alg-none'])('can be wrong: %s', async (variant) => {
    const { token } = await forge({ user: null, variant })
    await expect(jwtVerify(token, keys())).rejects.toThrow(/signature|alg|JWS/i)
    expect((await callGraph(tenant, '/me', (await forge({ variant })).token)).status).toBe(401)
  })

  const api = 'api://things-elsewhere'
  const idOf = (tenantId: string) => `https://sts.windows.net/${tenantId}/`

  it('are for an API that the tenant does not know, in both versions', async () => {
    const user = people(tenant).first
    const wanted = { audience: api, scopes: ['Things.Read'], roles: ['Reader'] }
    const second = await forge(wanted)
    expect(second.claims).toMatchObject({
      aud: api,
      iss: `${tenant.origin}/${tenant.tenantId}/v2.0`,
      azp: tenant.clients[0]?.clientId,
      ver: '2.0',
      scp: 'Things.Read',
      roles: ['Reader'],
      oid: user.id,
      preferred_username: user.userPrincipalName,
    })
    const first = await forge({ ...wanted, version: 1 })
    expect(first.claims).toMatchObject({
      aud: api,
      iss: idOf(tenant.tenantId),
      appid: tenant.clients[0]?.clientId,
      ver: '1.0',
      scp: 'Things.Read',
      upn: user.userPrincipalName,
    })
    await jwtVerify(first.token, keys(), { audience: api })
    await jwtVerify(second.token, keys(), { audience: api })
  })

  it('are app-only, in both versions, with roles and without scopes', async () => {
    const wanted = { appOnly: true, audience: api, roles: ['Things.Manage'] }
    const { claims } = await forge(wanted)
    expect(claims).toMatchObject({
      aud: api,
      azp: tenant.clients[0]?.clientId,
      idtyp: 'app',
      roles: ['Things.Manage'],
      ver: '2.0',
    })
    expect(claims['sub']).toBe(claims['oid'])
    expect(claims).not.toHaveProperty('scp')
    expect((await forge({ ...wanted, version: 1 })).claims).toMatchObject({
      appid: tenant.clients[0]?.clientId,
      idtyp: 'app',
      ver: '1.0',
    })
    const graph = await forge({ appOnly: true, roles: ['User.Read.All'] })
    expect(graph.claims).toMatchObject({ ver: '1.0', idtyp: 'app' })
    expect((await callGraph(tenant, '/users?$top=1', graph.token)).status).toBe(200)
  })

  it('have the form that an API of the tenant asks for, and another if it is wanted', async () => {
    const orders = '6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'
    const wanted = { audience: `api://${orders}`, scopes: ['Orders.Read'] }
    const { token, claims } = await forge(wanted)
    expect(claims).toMatchObject({ aud: orders, ver: '2.0', scp: 'Orders.Read' })
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${tenant.ordersUrl}/orders`, { headers })).status).toBe(200)
    const first = await forge({ ...wanted, version: 1 })
    expect(first.claims).toMatchObject({ aud: `api://${orders}`, ver: '1.0' })
  })

  it.each([
    ['expired', { expiresIn: -60 }, /exp/],
    ['not yet valid', { variant: 'nbf-future' }, /nbf/],
    ['of another issuer', { variant: 'iss-host-wrong' }, /iss/],
    ['for another audience', { variant: 'aud-wrong' }, /aud/],
    ['signed by another key', { variant: 'foreign-key' }, /signature/],
    ['of an unknown key', { variant: 'kid-unknown' }, /no applicable key/],
    ['signed with the public key', { variant: 'alg-HS256-public-key' }, /alg|key/i],
  ])('of an API can be %s', async (_, wrong, words) => {
    const issuer = `${tenant.origin}/${tenant.tenantId}/v2.0`
    const checks = { audience: api, issuer, algorithms: ['RS256'] }
    for (const who of [{ appOnly: true }, { scopes: ['Things.Read'] }]) {
      const good = await forgeToken(tenant, { audience: api, ...who })
      await jwtVerify(good, keys(), checks)
      const bad = await forgeToken(tenant, { audience: api, ...who, ...wrong })
      await expect(jwtVerify(bad, keys(), checks)).rejects.toThrow(words)
    }
  })

  it.each([
    [{ appOnly: true, user: 'x' }, 'user'],
    [{ appOnly: true, type: 'id_token' }, 'type'],
    [{ type: 'id_token', audience: 'api://x' }, 'audience'],
    [{ version: 3 }, 'version'],
  ])('cannot be %j', async (body, key) => {
    const { status, body: problem } = await call('POST', '/tokens', body)
    expect([status, problem]).toMatchObject([400, { problems: [{ key }] }])
  })

  it('can be expired', async () => {
    const { token } = await forge({ user: null, expiresIn: -60 })
    await expect(jwtVerify(token, keys())).rejects.toThrow('"exp" claim timestamp check failed')
  })
})

describe('policies, consents and revocation', () => {
  it('are those of the tenant', async () => {
    const change = { adminConsentOnly: true, authenticationContexts: { users: 'c1' } }
    expect((await call('PATCH', '/policies', change)).body).toMatchObject(change)
    const off = { adminConsentOnly: false, authenticationContexts: { users: null } }
    expect((await call('PATCH', '/policies', off)).body).toMatchObject({
      authenticationContexts: {},
    })
    await call('DELETE', '/consents')
    const consent = { client: tenant.clients[0]?.clientId, user: null, scopes: ['User.Read'] }
    expect((await call('PUT', '/consents', consent)).status).toBe(204)
    expect((await call('GET', '/consents')).body).toEqual({ consents: [consent] })
    await call('DELETE', '/consents')
    expect((await call('GET', '/consents')).body).toEqual({ consents: [] })
  })
})

it('answers nothing after the tenant is closed, and lets a stream end', async () => {
  const other = await createTenant({ users: 1 })
  const stream = await fetch(`${other.origin}/_tenant/journal/stream`)
  const ended = stream.text().catch(() => 'ended')
  await other.close()
  expect(await ended).toMatch(/connected|ended/)
})

describe('people', () => {
  it('are found, created, changed and deleted', async () => {
    const { body: found } = await call('GET', '/users?search=nora%20h&top=5')
    expect(found).toMatchObject({ count: 13, users: [{ displayName: 'Nora Hill' }] })
    const sam = { userPrincipalName: 'sam@local-tenant.example', displayName: 'Sam', roles: ['A'] }
    const created = await call('POST', '/users', sam)
    expect([created.status, created.body]).toMatchObject([201, { ...sam, accountEnabled: true }])
    expect((await call('POST', '/users', sam)).body).toMatchObject({ code: 'already_exists' })
    const group = 'Payroll readers'
    const changed = await call('PATCH', `/users/${sam.userPrincipalName}`, {
      jobTitle: 'Buyer',
      accountEnabled: false,
      groups: [group],
    })
    expect(changed.body).toMatchObject({ jobTitle: 'Buyer', groups: [expect.any(String)] })
    expect((await call('GET', `/users/${sam.userPrincipalName}`)).body).toEqual(changed.body)
    expect((await call('DELETE', `/users/${sam.userPrincipalName}`)).status).toBe(204)
    const gone = await call('GET', `/users/${sam.userPrincipalName}`)
    expect(gone.body).toMatchObject({ code: 'unknown_user' })
  })

  it('who are not there are named with those near them', async () => {
    const { body } = await call('PATCH', '/users/nora.hil@local-tenant.example', { isAdmin: true })
    expect(body).toMatchObject({
      code: 'unknown_user',
      neighbours: ['nora.hill@local-tenant.example'],
    })
  })

  it('keep their names apart', async () => {
    const [one, two] = [people(tenant).at(3), people(tenant).at(4)]
    const change = { userPrincipalName: two.userPrincipalName.toUpperCase() }
    expect((await call('PATCH', `/users/${one.id}`, change)).status).toBe(409)
    expect((await call('POST', '/users', { displayName: 'Nobody' })).status).toBe(400)
  })
})

describe('clients', () => {
  it('are registered, listed without their secrets, and deleted', async () => {
    const client = {
      name: 'Made here',
      newSecret: true,
      web: { redirectUris: ['http://localhost:3000/cb'] },
    }
    const { body } = await call('POST', '/clients', client)
    const { clientId, newSecret } = body as { clientId: string; newSecret: string }
    expect(newSecret).toHaveLength(32)
    const { body: listed } = await call('GET', '/clients')
    expect(JSON.stringify(listed)).not.toContain(newSecret)
    expect(listed).toMatchObject({
      clients: expect.arrayContaining([expect.objectContaining({ clientId, secrets: 1 })]),
    })
    expect((await call('DELETE', `/clients/${clientId}`)).status).toBe(204)
    expect((await call('DELETE', `/clients/${clientId}`)).body).toMatchObject({
      code: 'unknown_client',
    })
  })

  it('have the permissions that they list, and are not changed for one that no API has', async () => {
    const name = 'With permissions'
    const good = { name, secrets: ['x'], applicationPermissions: ['User.Read.All'] }
    const { body } = await call('POST', '/clients', good)
    const { clientId } = body as { clientId: string }
    const ask = async () => {
      const answer = await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: 'x',
          scope: 'https://graph.microsoft.com/.default',
        }),
      })
      return claimsOf(((await answer.json()) as { access_token: string }).access_token)
    }
    expect(await ask()).toMatchObject({ roles: ['User.Read.All'] })
    const applicationPermissions = ['Nothing.Read']
    const wrong = await call('POST', '/clients', {
      ...good,
      secrets: ['y'],
      applicationPermissions,
    })
    expect([wrong.status, wrong.body]).toMatchObject([
      400,
      { problems: [{ key: 'applicationPermissions[0]' }] },
    ])
    expect(await ask()).toMatchObject({ roles: ['User.Read.All'] })
    await call('POST', '/clients', { ...good, name: 'Never made', applicationPermissions })
    expect(JSON.stringify(await call('GET', '/clients'))).not.toContain('Never made')
    await call('DELETE', `/clients/${clientId}`)
  })

  it('follow the rules of tenant.json, and Microsoft’s own stay', async () => {
    const spa = { redirectUris: ['http://app.example/'] }
    const { status, body } = await call('POST', '/clients', { name: 'A', spa })
    expect([status, body]).toMatchObject([400, { problems: [{ key: 'spa.redirectUris[0]' }] }])
    const graph = '00000003-0000-0000-c000-000000000000'
    expect((await call('DELETE', `/clients/${graph}`)).body).toMatchObject({ code: 'built_in' })
    expect((await call('POST', '/clients', { name: 'A', clientId: graph })).status).toBe(409)
  })
})

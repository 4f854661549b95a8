import type { Fault } from '@gatehouse/tenant'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { callbackAt } from '../support/callback-at.ts'
import type { Browser } from '@gatehouse/tenant/testing'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { startUpstream } from '../support/upstream.ts'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

/** A person in every text that Microsoft sends, as its sentences name people. */
const marker = 'nora.hill@secret.example'
const markerForms = /nora\W{0,3}hill|secret\W{0,3}example|bm9yYS5oaWxs/i
const trace = '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32'
const correlation = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

type Effect = Fault extends infer One ? (One extends Fault ? Omit<One, 'at'> : never) : never

/** An error as Entra sends it, with the person in each of its texts. */
function oauthError(error: string, aadsts: number, more: Record<string, unknown> = {}) {
  return {
    error,
    error_description: `AADSTS${aadsts}: The user ${marker} is not known. Trace ID: ${marker}`,
    error_codes: [aadsts, marker],
    timestamp: marker,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.example.test/error?user=${marker}`,
    ...more,
  }
}

function respond(status: number, body: unknown, more: object = {}): Effect {
  return { kind: 'respond', status, body, ...more }
}

const ids = { traceId: trace, correlationId: correlation }
const refused = { oauthError: 'invalid_grant', aadsts: 50034, httpStatus: 400, ...ids }

/** The token endpoint's answer, and the members of it that the log must have. */
const tokenAnswers: [string, Effect, Record<string, unknown>][] = [
  ['an OAuth error', respond(400, oauthError('invalid_grant', 50034)), refused],
  [
    'an unknown OAuth error',
    respond(400, oauthError('brand_new_error', 50034)),
    { ...refused, oauthError: 'brand_new_error' },
  ],
  [
    'an error that is a sentence',
    respond(400, oauthError(`No ${marker} here`, 50034)),
    {
      aadsts: 50034,
      httpStatus: 400,
    },
  ],
  [
    'a long suberror',
    respond(400, oauthError('invalid_grant', 50034, { suberror: marker.repeat(5) })),
    refused,
  ],
  [
    'a suberror of another form',
    respond(400, oauthError('invalid_grant', 50034, { suberror: marker })),
    refused,
  ],
  [
    'a suberror of the right form',
    respond(400, oauthError('invalid_grant', 50034, { suberror: 'bad_token' })),
    { ...refused, suberror: 'bad_token' },
  ],
  [
    'ids that are none',
    respond(400, oauthError('invalid_grant', 50034, { trace_id: marker, correlation_id: marker })),
    { oauthError: 'invalid_grant', aadsts: 50034 },
  ],
  [
    'claims that are none',
    respond(400, oauthError('invalid_grant', 50034, { claims: `{"${marker}":{}}` })),
    refused,
  ],
  [
    'an error with the status of a success',
    respond(200, oauthError('invalid_grant', 50034)),
    { ...refused, httpStatus: 200 },
  ],
  [
    'a sentence as an error with the status of a success',
    respond(200, oauthError(marker, 50034)),
    { aadsts: 50034, httpStatus: 200 },
  ],
  [
    'a description alone',
    respond(400, { error_description: `AADSTS50034: ${marker}` }),
    { aadsts: 50034 },
  ],
  [
    'an error of the client',
    respond(401, oauthError('invalid_client', 7000215)),
    { oauthError: 'invalid_client', aadsts: 7000215, httpStatus: 401 },
  ],
  [
    'a refusal of too many requests',
    respond(429, oauthError('temporarily_unavailable', 90009)),
    { oauthError: 'temporarily_unavailable', aadsts: 90009, httpStatus: 429 },
  ],
  [
    'a failure in JSON',
    respond(503, oauthError('server_error', 90033), { headers: { 'retry-after': marker } }),
    { oauthError: 'server_error', aadsts: 90033, httpStatus: 503 },
  ],
  ['a failure in HTML', respond(502, `<h1>${marker}</h1>`), { httpStatus: 502 }],
  ['HTML with the status of a success', respond(200, `<h1>${marker}</h1>`), { httpStatus: 200 }],
  [
    'HTML with the status of an error',
    respond(400, `<h1>AADSTS50034 ${marker}</h1>`),
    { httpStatus: 400 },
  ],
  [
    'JSON that breaks off',
    respond(400, `{"error":"invalid_grant","error_description":"${marker}`, {
      contentType: 'application/json',
    }),
    { httpStatus: 400 },
  ],
  ['a text', respond(200, `"${marker}"`, { contentType: 'application/json' }), { httpStatus: 200 }],
  ['a list', respond(400, [marker, { error: marker }]), { httpStatus: 400 }],
  [
    'a redirect',
    respond(302, { error: marker }, { headers: { location: `https://${marker}/` } }),
    { httpStatus: 302 },
  ],
  [
    'headers with names',
    respond(400, oauthError('invalid_grant', 50034), {
      headers: { 'www-authenticate': `Bearer realm="${marker}"`, 'x-ms-request-id': marker },
    }),
    refused,
  ],
  [
    'another type of token',
    { kind: 'tokenResponse', patch: { token_type: marker, scope: marker } },
    { check: 'token_type' },
  ],
  [
    'a lifetime of words',
    { kind: 'tokenResponse', patch: { expires_in: marker } },
    {
      check: 'token_response',
    },
  ],
  [
    'an access token of words',
    { kind: 'tokenResponse', patch: { access_token: `${marker} "` } },
    {
      check: 'access_token',
    },
  ],
]

/** Each object in a log line that describes an error or a cause. */
function errorsIn(lines: readonly string[]): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    found.push({ ...value })
    for (const member of ['err', 'cause']) if (member in value) visit(Reflect.get(value, member))
  }
  for (const line of lines) visit(JSON.parse(line))
  return found
}

/** Runs `work`. @returns the lines that it logs */
async function logged(gatehouse: Gatehouse, work: () => Promise<unknown>): Promise<string[]> {
  const written = gatehouse.logs.length
  await work()
  const lines = gatehouse.logs.slice(written)
  expect(lines.filter((line) => markerForms.test(line))).toEqual([])
  return lines
}

/** Failures are remembered for a while, so each kind gets enough requests. */
const long = 20 * 60_000

describe('the text of a failed answer of Microsoft', () => {
  const session = { idleMinutes: 1440, absoluteMinutes: 1440 }
  const gatehouse = useTestApp({ oneClock: true, config: { session } })

  async function signedIn(): Promise<Browser> {
    gatehouse().advance(long)
    const browser = gatehouse().browser()
    expect((await browser.signIn()).location).toBe('/')
    return browser
  }

  it.each(tokenAnswers)('is not in the log of a sign-in: %s', async (_what, fault, facts) => {
    gatehouse().advance(long)
    gatehouse().tenant.faults.set({ at: 'token', ...fault })
    const lines = await logged(gatehouse(), () => gatehouse().browser().signIn())
    expect(errorsIn(lines)).toContainEqual(expect.objectContaining(facts))
  })

  it.each(tokenAnswers)('is not in the log of a refresh: %s', async (_what, fault) => {
    const { tenant } = gatehouse()
    const browser = await signedIn()
    tenant.revokeTokens()
    tenant.faults.set({ at: 'token', ...fault })
    await logged(gatehouse(), async () => {
      const answer = await browser.get('/api/users')
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.text + JSON.stringify(answer.headers)).not.toMatch(markerForms)
    })
    expect(refreshes(tenant)).toHaveLength(1)
  })

  it.each([
    ['an extension in its header', { header: { crit: [marker], [marker]: true } }],
    ['its type', { header: { typ: marker } }],
    ['its key', { header: { kid: marker } }],
    ['its algorithm', { header: { alg: marker } }],
    ['its issuer', { claims: { iss: `https://${marker}/` } }],
    ['its audience', { claims: { aud: marker } }],
    ['its times', { claims: { exp: marker, iat: marker } }],
    ['its tenant', { claims: { tid: marker } }],
  ])('is not in the log of a sign-in: an ID token with a name in %s', async (_what, spoilt) => {
    gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', ...spoilt })
    const lines = await logged(gatehouse(), () => gatehouse().browser().signIn())
    expect(lines.join('')).toContain('"event":"sign_in_refused"')
  })

  it.each([
    ['a word', marker],
    ['a payload that is no JSON', `e30.${Buffer.from(marker).toString('base64url')}.c2ln`],
    ['a header that is no JSON', `${Buffer.from(marker).toString('base64url')}.e30.c2ln`],
  ])('is not in the log of a sign-in: %s as the ID token', async (_what, idToken) => {
    const patch = { id_token: idToken }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', patch })
    const lines = await logged(gatehouse(), () => gatehouse().browser().signIn())
    expect(lines.join('')).toContain('"event":"sign_in_refused"')
  })

  it.each([
    ['an unknown tenant', respond(400, oauthError('invalid_tenant', 90002)), {}],
    [
      'a failure',
      respond(500, oauthError('server_error', 90033)),
      { oauthError: 'server_error', aadsts: 90033 },
    ],
    ['HTML', respond(200, `<h1>${marker}</h1>`), { httpStatus: 200 }],
    ['a text', respond(200, `"${marker}"`, { contentType: 'application/json' }), {}],
    ['a foreign address', respond(200, { token_endpoint: `https://${marker}/` }), {}],
    ['a foreign issuer', respond(200, { issuer: marker }), {}],
  ])('is not in the log: %s in place of the discovery document', async (_what, fault, facts) => {
    const { tenant } = gatehouse()
    await gatehouse().restart()
    tenant.faults.set({ at: 'discovery', ...fault })
    const lines = await logged(gatehouse(), () => gatehouse().browser().get('/auth/sign-in'))
    const said = { type: 'EntraError', code: 'entra_unavailable' }
    expect(errorsIn(lines)).toContainEqual(expect.objectContaining(said))
    expect(errorsIn(lines)).toContainEqual(expect.objectContaining(facts))
  })

  it.each([
    ['an error', respond(400, oauthError('invalid_tenant', 90002)), 'unavailable'],
    ['a failure', respond(500, oauthError('server_error', 90033)), 'unavailable'],
    ['HTML', respond(200, `<h1>${marker}</h1>`), 'unavailable'],
    [
      'names of keys',
      respond(200, { keys: [{ kty: 'RSA', kid: marker, n: marker }] }),
      'not_verified',
    ],
    ['a list of names', respond(200, { keys: [marker] }), 'not_verified'],
  ])('is not in the log: %s in place of the keys', async (_what, fault, code) => {
    const { tenant } = gatehouse()
    await gatehouse().restart()
    tenant.faults.set({ at: 'keys', ...fault })
    await logged(gatehouse(), async () => {
      expect((await gatehouse().browser().signIn()).location).toContain(`code=${code}`)
    })
  })

  it.each([
    ['a known error', 'access_denied'],
    ['an unknown error', 'brand_new_error'],
    ['a sentence', `No ${marker} here`],
    ['a long text', marker.repeat(100)],
  ])('is not in the log: %s that the browser brings', async (_what, error) => {
    const { query, send } = await callbackAt(gatehouse())
    query.delete('code')
    query.set('error', error)
    query.set('error_description', `AADSTS50105: ${marker} is not assigned`)
    query.set('error_uri', `https://login.example.test/?user=${marker}`)
    query.set('error_subcode', marker)
    const lines = await logged(gatehouse(), async () => {
      expect((await send()).location).not.toMatch(markerForms)
    })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ event: 'sign_in_refused', aadsts: 50105 }),
    )
  })

  it.each([
    ['HTML', respond(200, `<h1>${marker}</h1>`)],
    ['HTML as JSON', respond(200, `${marker} <h1>`, { contentType: 'application/json' })],
    [
      'JSON that breaks off',
      respond(200, `{"value":["${marker}`, { contentType: 'application/json' }),
    ],
    ['a text', respond(200, `"${marker}"`, { contentType: 'application/json' })],
    ['another shape', respond(200, { value: { [marker]: marker } })],
    ['people of another shape', respond(200, { value: [{ id: 5, displayName: marker }] })],
    ['a failure', respond(500, { error: { code: marker, message: marker } })],
    ['a refusal', respond(400, { error: { code: marker, message: marker } })],
    ['a prohibition', respond(403, { error: { code: marker, message: marker } })],
    [
      'a challenge',
      respond(
        401,
        { error: { message: marker } },
        { headers: { 'www-authenticate': `Bearer error="${marker}", scope="${marker}"` } },
      ),
    ],
    ['too many requests', respond(429, { error: marker }, { headers: { 'retry-after': marker } })],
    [
      'a redirect',
      respond(302, { error: marker }, { headers: { location: `https://${marker}/` } }),
    ],
  ])('is not in the log of a call to Graph: %s', async (_what, fault) => {
    const browser = await signedIn()
    gatehouse().tenant.faults.set({ at: 'users', ...fault })
    await logged(gatehouse(), async () => {
      const answer = await browser.get('/api/users')
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.text).not.toMatch(markerForms)
    })
  })
})

describe('a file or an answer that is not a credential', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-words-'))
  const part = (text: string) => Buffer.from(text).toString('base64url')

  async function logOf(credential: object, env: Record<string, string> = {}): Promise<string[]> {
    const config = { clientSecret: undefined, credentials: [credential] }
    const gatehouse = await startGatehouse({ config, env })
    try {
      return await logged(gatehouse, async () => {
        const { location } = await gatehouse.browser().signIn()
        expect(location).toContain('code=misconfigured')
      })
    } finally {
      await gatehouse.close()
    }
  }

  it.each([
    ['a word', marker],
    ['a payload that is no JSON', `e30.${part(marker)}.c2ln`],
    ['a payload that is no object', `e30.${part(`"${marker}"`)}.c2ln`],
  ])('is not in the log: %s in the file of an assertion', async (_what, text) => {
    const file = join(folder, 'assertion')
    writeFileSync(file, text)
    try {
      const lines = await logOf({ assertionFile: file })
      expect(lines.join('')).toContain('is no token (JWT)')
    } finally {
      rmSync(file)
    }
  })

  it.each([
    ['an error', 400, { error: 'invalid_request', error_description: marker }],
    ['a sentence', 400, { error: marker, error_description: `AADSTS70021: ${marker}` }],
    ['no token', 200, { message: marker }],
    ['another token', 200, { access_token: marker, expires_on: marker, token_type: marker }],
    ['a failure', 500, { error: 'internal_error', error_description: marker }],
  ])('is not in the log: %s of a managed identity', async (_what, status, body) => {
    const platform = await startUpstream()
    platform.answers((response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    try {
      const lines = await logOf(
        { managedIdentity: { clientId: randomUUID() } },
        { MANAGED_IDENTITY_URL: platform.url },
      )
      expect(lines.join('')).toContain('"event":"credential_unavailable"')
    } finally {
      await platform.close()
    }
  })
})

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EntraError } from '../../src/entra/errors.ts'
import { readTokenResponse, oauthErrorIn } from '../../src/entra/token-response.ts'
import { expectUnavailable } from '@gatehouse/test-support/expect-problem'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { expectRefusedSignIn } from '../support/refused-sign-in.ts'
import { registrationAt } from '../support/registration.ts'
import { startTokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'
import { refreshes } from '../support/token-requests.ts'
import { askToken, tokenIn, tokenRoute } from '@gatehouse/test-support/token-route'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const good = { token_type: 'Bearer', access_token: 'eyJ0.eyJ1.c2ln', expires_in: 3600 }

/** Text that an Authorization header cannot hold, or that would change its meaning. */
const broken: [string, string][] = [
  ['a line break', 'abc\r\nx-forged: 1'],
  ['a line feed at its end', 'abc\n'],
  ['a space', 'abc def'],
  ['a space before it', ' abc'],
  ['a tab', 'abc\tdef'],
  ['a quote', 'abc"def'],
  ['a comma', 'abc,def'],
  ['a letter beyond ASCII', 'abcé'],
  ['a letter that looks like ASCII', 'abс'],
  ['a zero byte', 'abc\0'],
  ['an equals sign within', 'abc=def'],
  ['equals signs alone', '=='],
  ['a percent sign', 'abc%0d%0a'],
]

/** The check that refused an answer, or `taken`. */
function outcome(change: Record<string, unknown>, status = 200): string | undefined {
  try {
    readTokenResponse({ status, headers: {}, body: { ...good, ...change } })
    return 'taken'
  } catch (error) {
    if (error instanceof EntraError) return error.check
    throw error
  }
}

describe('an access token', () => {
  it.each(['abc', 'eyJ0.eyJ1.c2ln', 'Aa0-._~+/', 'abc==', 'EwB4A8l6BAAU+/=='])(
    'is accepted if a header can hold it: %s',
    (accessToken) => {
      expect(outcome({ access_token: accessToken })).toBe('taken')
    },
  )

  it.each(broken)('is refused with %s', (_what, accessToken) => {
    expect(outcome({ access_token: accessToken })).toBe('access_token')
  })

  it.each(['', 5, null, ['abc'], { token: 'abc' }])(
    'is refused if it is not a string: %j',
    (accessToken) => {
      expect(outcome({ access_token: accessToken })).toBe('token_response')
    },
  )
})

describe('an answer of the token endpoint', () => {
  it.each([
    [{ error: 'invalid_grant' }],
    [{ error: 'invalid_grant', error_description: 'AADSTS70008: expired' }],
    [{ error_description: 'AADSTS70008: expired' }],
  ])('is an error if it names one, with any other members: %j', (error) => {
    expect(outcome(error)).toBe('token_response')
  })

  it('is not an OAuth error with a success status, so that it interrupts no session', () => {
    const body = { error: 'invalid_grant', error_description: 'AADSTS50076: more' }
    expect(oauthErrorIn({ status: 200, headers: {}, body })).toBeUndefined()
    expect(oauthErrorIn({ status: 400, headers: {}, body })).toMatchObject({
      code: 'entra_refused',
      oauthError: 'invalid_grant',
      aadsts: 50076,
    })
    expect(() => readTokenResponse({ status: 200, headers: {}, body })).toThrow(
      expect.objectContaining({ code: 'entra_untrusted', oauthError: undefined, aadsts: 50076 }),
    )
  })

  it('is an OAuth error by its error and number, with any other members', () => {
    const body = {
      error: 'interaction_required',
      error_description: 'AADSTS50076: Nora Hill has to prove more.',
      suberror: 'Nora Hill '.repeat(40),
      claims: 'x'.repeat(9000),
      trace_id: 'Nora Hill',
      correlation_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    }
    const error = oauthErrorIn({ status: 400, headers: {}, body })
    expect(error).toMatchObject({
      oauthError: 'interaction_required',
      suberror: undefined,
      aadsts: 50076,
      claims: undefined,
      httpStatus: 400,
      traceId: undefined,
      correlationId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    })
    expect(error?.message).toBe('interaction_required AADSTS50076')
  })

  it.each([['Invalid Grant'], ['nora.hill@secret.example'], ['x'.repeat(65)], [''], [5], [null]])(
    'is not an OAuth error if its error is %j',
    (error) => {
      expect(oauthErrorIn({ status: 400, headers: {}, body: { error } })).toBeUndefined()
    },
  )
})

describe('an access token that no header can hold', () => {
  const session = { idleMinutes: 1440, absoluteMinutes: 1440 }
  const gatehouse = useTestApp({ extend: tokenRoute, oneClock: true, config: { session } })

  it.each(broken)('starts no session: %s', async (_what, accessToken) => {
    const patch = { access_token: accessToken }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', times: 1, patch })
    const code = await expectRefusedSignIn(gatehouse(), () => gatehouse().browser().signIn())
    expect(code).toBe('failed')
    const line = gatehouse().logs.findLast((one) => one.includes('"event":"sign_in_refused"'))
    expect(line).toContain('"check":"access_token"')
  })

  it.each(broken)(
    'is an upstream failure at a refresh, and the session goes on: %s',
    async (...of) => {
      const { tenant } = gatehouse()
      const browser = gatehouse().browser()
      await browser.signIn()
      gatehouse().advance(2 * 3600_000)
      tenant.faults.set({
        at: 'token',
        kind: 'tokenResponse',
        patch: { access_token: of[1] },
      })
      expectUnavailable(await askToken(browser, 'User.ReadBasic.All'))
      expect(refreshes(tenant)).toHaveLength(1)
      tenant.faults.clear()
      gatehouse().advance(10 * 60_000)
      expect(tokenIn(await askToken(browser, 'User.ReadBasic.All'))).toMatch(/^[\w.-]+$/)
    },
  )
})

describe('a token that proves which app is asking', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-assertion-'))
  const file = join(folder, 'assertion')
  let issuer: TokenIssuer
  beforeAll(async () => {
    issuer = await startTokenIssuer()
  })
  afterAll(async () => {
    await issuer.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const inside = (token: string, text: string) => token.replace('.', `.${text}`)
  const lateInside = (token: string, text: string) => token.slice(0, -9) + text + token.slice(-9)

  /** @returns the problem page's code of a sign-in with this credential, and why the credential is not used */
  async function signInWith(credential: object, env: Record<string, string> = {}) {
    const config = { clientSecret: undefined, credentials: [credential] }
    const gatehouse = await startGatehouse({ config, env })
    try {
      const { url, subject } = issuer
      const registration = await registrationAt(gatehouse.tenant)
      await registration.trust({ name: 'platform', issuer: url, subject })
      const { location } = await gatehouse.browser().signIn()
      const line = gatehouse.logs.find((one) => one.includes('"event":"credential_unavailable"'))
      const reason = line && (JSON.parse(line) as { reason: string }).reason
      return { location, reason, log: gatehouse.logs.join('') }
    } finally {
      await gatehouse.close()
    }
  }

  it('is taken from a file with a line break at its end', async () => {
    writeFileSync(file, `\uFEFF${await issuer.token()}\r\n\n`)
    expect(await signInWith({ assertionFile: file })).toMatchObject({ location: '/' })
  })

  it.each([
    ['a line break behind the first dot', (token: string) => inside(token, '\n')],
    ['a line break in its signature', (token: string) => lateInside(token, '\r\n')],
    ['a space in its signature', (token: string) => lateInside(token, ' ')],
  ])('is not sent from a file with white space in the token: %s', async (_what, spoil) => {
    writeFileSync(file, spoil(await issuer.token()))
    const { location, reason } = await signInWith({ assertionFile: file })
    expect(location).toContain('code=misconfigured')
    expect(reason).toBe('has white space within its token (JWT)')
  })

  it.each([
    ['another letter in its signature', (token: string) => lateInside(token, 'é')],
    ['two parts', (token: string) => token.split('.').slice(0, 2).join('.')],
    ['a payload that is not JSON', () => 'e30.bm9yYS5oaWxs.c2ln'],
  ])('is not sent from a malformed file: %s', async (_what, spoil) => {
    writeFileSync(file, spoil(await issuer.token()))
    const { reason, log } = await signInWith({ assertionFile: file })
    expect(reason).toBe('is no token (JWT)')
    expect(log).not.toContain('nora.hill')
  })

  it('is not sent if a managed identity gave one with white space', async () => {
    const token = lateInside(await issuer.token(), '\n')
    const server = createServer((_request, response) => {
      const expires = Math.floor(Date.now() / 1000) + 3600
      const body = { access_token: token, expires_on: String(expires), token_type: 'Bearer' }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const env = { MANAGED_IDENTITY_URL: `http://127.0.0.1:${port}` }
      // Its own identity, because MSAL keeps tokens for the whole process.
      const { location, reason } = await signInWith(
        { managedIdentity: { clientId: randomUUID() } },
        env,
      )
      expect(location).toContain('code=misconfigured')
      expect(reason).toBe('has white space within its token (JWT)')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { jsonOf, throwIfOtherShape } from '../../src/downstream/response.ts'
import { createManagedIdentity, credentialLoader } from '../../src/entra/credentials/sources.ts'
import { EntraError } from '../../src/entra/errors.ts'
import { verifyIdToken } from '../../src/entra/id-token.ts'
import type { EntraAnswer, EntraNetwork } from '../../src/entra/network.ts'
import { config, entraClient, metadata } from '../support/entra-client.ts'

const marker = 'nora.hill@secret.example'
const part = (text: string) => Buffer.from(text).toString('base64url')

const audience = 'api://AzureADTokenExchange'

function networkWith(answer: Pick<EntraAnswer, 'status' | 'body'>): EntraNetwork {
  return {
    get: () => Promise.resolve({ headers: {}, ...answer }),
    post: () => Promise.resolve({ headers: {}, ...answer }),
    close: () => Promise.resolve(),
  }
}

const clientWith = (answer: Pick<EntraAnswer, 'status' | 'body'>) =>
  entraClient(networkWith(answer))

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown')
}

/** All text of an error, of its members and of its causes. */
function expectNobodyIn(error: unknown): void {
  const all = inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity })
  expect(all).not.toContain('nora.hill')
}

const grant = { code: 'c', verifier: 'v'.repeat(43), nonce: 'n', scopes: ['User.Read'] }
const description = `AADSTS50034: The user ${marker} is not known.`

const answers: [string, Pick<EntraAnswer, 'status' | 'body'>, object][] = [
  [
    'an OAuth error',
    { status: 400, body: { error: 'invalid_grant', error_description: description } },
    { code: 'entra_refused', oauthError: 'invalid_grant', aadsts: 50034, httpStatus: 400 },
  ],
  [
    'an error that is a sentence',
    { status: 400, body: { error: marker, error_description: description, suberror: marker } },
    { code: 'entra_untrusted', oauthError: undefined, aadsts: 50034, httpStatus: 400 },
  ],
  [
    'sentences alone',
    { status: 400, body: { error: marker, error_description: marker, suberror: marker } },
    { code: 'entra_untrusted', aadsts: undefined, cause: { name: 'ServerError', message: '' } },
  ],
  [
    'an error with the status of a success',
    { status: 200, body: { error: 'invalid_grant', error_description: description } },
    { code: 'entra_untrusted', oauthError: undefined, aadsts: 50034, httpStatus: 200 },
  ],
  [
    'an ID token that is none',
    {
      status: 200,
      body: { access_token: 'a', expires_in: 9, token_type: 'Bearer', id_token: marker },
    },
    { code: 'entra_untrusted', check: 'id_token' },
  ],
  [
    'an ID token that says so',
    {
      status: 200,
      body: { access_token: 'a', expires_in: 9, id_token: `e30.${part(marker)}.c2ln` },
    },
    { code: 'entra_untrusted', cause: { code: expect.stringMatching(/^[a-z_]+$/) as string } },
  ],
  ['a list', { status: 400, body: [marker] }, { code: 'entra_untrusted', httpStatus: 400 }],
]

describe('an error of the exchange with Entra', () => {
  it.each(answers)(
    'holds nothing of %s but codes of a fixed form',
    async (_what, answer, facts) => {
      const client = clientWith(answer)
      const error = await thrownBy(() => client.redeemCode(grant))
      expect(error).toBeInstanceOf(EntraError)
      expect(error).toMatchObject(facts)
      expectNobodyIn(error)
    },
  )

  it.each(answers.slice(0, 4))('is the same at a refresh: %s', async (_what, answer, facts) => {
    const client = clientWith(answer)
    const error = await thrownBy(() => client.refresh('r', ['User.Read']))
    expect(error).toMatchObject(facts)
    expectNobodyIn(error)
  })

  it('is an EntraError if no address for a sign-in can be built', async () => {
    const client = clientWith({ status: 200, body: {} })
    const request = { state: 's', nonce: 'n', codeChallenge: 'c', scopes: [], claims: marker }
    const error = await thrownBy(() => client.authorizeUrl(request))
    expect(error).toBeInstanceOf(EntraError)
    expect(error).toMatchObject({ code: 'entra_untrusted', check: 'authorize_url' })
    expectNobodyIn(error)
  })
})

describe('an error about a token', () => {
  it.each([
    ['a payload that is no JSON', `${part('{"alg":"RS256"}')}.${part(marker)}.c2ln`],
    ['a header that is no JSON', `${part(marker)}.e30.c2ln`],
    ['an extension', `${part(`{"alg":"RS256","crit":["${marker}"],"${marker}":1}`)}.e30.c2ln`],
    ['a word', marker],
  ])('holds nothing of it: %s', async (_what, idToken) => {
    const find = () => Promise.reject(new Error('no key'))
    const expected = { ...config, metadata, keys: { find }, nonce: 'n', accessToken: 'a' }
    const error = await thrownBy(() => verifyIdToken(idToken, { ...expected, now: Date.now }))
    expect(error).toBeInstanceOf(EntraError)
    expectNobodyIn(error)
  })
})

describe('an error about a credential', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-errors-'))

  it('holds nothing of a file that is not a token', async () => {
    const file = join(folder, 'assertion')
    writeFileSync(file, `e30.${part(marker)}.c2ln`)
    const nowhere = createManagedIdentity(networkWith({ status: 404, body: {} }), audience)
    const read = credentialLoader({ kind: 'assertion_file', file }, nowhere, Date.now)
    const error = await thrownBy(read)
    expect(error).toMatchObject({ message: 'is no token (JWT)' })
    expectNobodyIn(error)
    rmSync(folder, { recursive: true })
  })

  it.each([
    [
      'an error',
      { status: 400, body: { error: 'invalid_request', error_description: marker } },
      { oauthError: 'invalid_request', httpStatus: 400 },
    ],
    [
      'a sentence',
      { status: 400, body: { error: marker, error_description: description } },
      { oauthError: undefined, aadsts: 50034 },
    ],
    ['something else', { status: 200, body: { message: marker } }, { message: '' }],
  ])('holds nothing of what a managed identity answers: %s', async (_what, answer, cause) => {
    const identity = createManagedIdentity(networkWith(answer), audience)
    // Its own identity, because MSAL keeps tokens for the whole process.
    const asked = { clientId: randomUUID(), address: undefined }
    const error = await thrownBy(() => identity.assertion(asked))
    expect(error).toMatchObject({ code: 'credential_unavailable', cause })
    expectNobodyIn(error)
  })
})

describe('a managed identity', () => {
  it('is requested over the network of each caller, not over the first in the process', async () => {
    const asked = { clientId: randomUUID(), address: undefined }
    const failing = createManagedIdentity(networkWith({ status: 400, body: {} }), audience)
    await expect(failing.assertion(asked)).rejects.toThrow('no managed identity')
    const expires = Math.floor(Date.now() / 1000) + 3600
    const body = { access_token: 'a.b.c', expires_on: String(expires), token_type: 'Bearer' }
    const working = createManagedIdentity(networkWith({ status: 200, body }), audience)
    const outcomes = await Promise.allSettled([failing, working].map((one) => one.assertion(asked)))
    expect(outcomes).toMatchObject([{ status: 'rejected' }, { value: 'a.b.c' }])
  })
})

describe('an error about the answer of an API', () => {
  it('holds nothing of invalid JSON', async () => {
    const bytes = Buffer.from(`${marker} is no JSON`)
    const headers = { 'content-type': 'application/json' }
    const error = await thrownBy(() => jsonOf('graph', { status: 200, headers, bytes }))
    expect(error).toMatchObject({
      code: 'upstream_failed',
      cause: { message: 'the answer is not JSON' },
    })
    expectNobodyIn(error)
  })

  it('says that a page came, as a proxy sends one', async () => {
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    const bytes = Buffer.from(marker)
    const error = await thrownBy(() => jsonOf('graph', { status: 200, headers, bytes }))
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('a page') as string } })
    expectNobodyIn(error)
  })

  const Text = Type.String()
  const Answer = Type.Object({
    value: Type.Array(Type.Object({ id: Text, mail: Type.Union([Text, Type.Null()]) })),
    extra: Type.Optional(Type.Record(Text, Type.Integer())),
    own: Type.Optional(
      Type.Refine(
        Text,
        () => false,
        (given: string) => `not ${given}`,
      ),
    ),
  })

  it.each([
    ['the member', { value: [{ id: 1, mail: null }] }, 'value[].id must be string'],
    ['a choice', { value: [{ id: '1', mail: 3 }] }, 'value[].mail must match a schema in anyOf'],
    ['what is missing', { more: marker }, 'it must have required properties value'],
    ['another type', [marker], 'it must be object'],
    ['no name that the API chose', { value: [], extra: { [marker]: 'a' } }, 'must be integer'],
    ['no value of a check of its own', { value: [], own: marker }, 'passes no check of its own'],
  ])(
    'names %s in an answer of another shape, in words of the schema',
    async (_what, value, words) => {
      const error = await thrownBy(() => throwIfOtherShape('graph', Answer, value))
      const message = expect.stringContaining(words) as string
      expect(error).toMatchObject({ code: 'upstream_failed', cause: { message } })
      expectNobodyIn(error)
    },
  )
})

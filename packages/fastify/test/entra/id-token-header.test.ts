import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { EntraError } from '../../src/entra/errors.ts'
import { verifyIdToken, type Expected } from '../../src/entra/id-token.ts'
import { SigningKeys } from '../../src/entra/keys.ts'
import type { EntraNetwork } from '../../src/entra/network.ts'

const nowS = 1_800_000_000
const clientId = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'
const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const host = 'https://login.microsoftonline.com'
const issuer = `${host}/${tenant}/v2.0`
const template = `${host}/{tenantid}/v2.0`
const foreignIssuer = `${host}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const [own, other, foreign] = [pair(), pair(), pair()]

const good = {
  iss: issuer,
  aud: clientId,
  sub: 'subject',
  oid: '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32',
  tid: tenant,
  nonce: 'the-nonce',
  iat: nowS - 10,
  exp: nowS + 3600,
}

type Jwk = Record<string, unknown>

function jwkOf({ publicKey }: { publicKey: KeyObject }, kid: string, more: Jwk = {}): Jwk {
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', ...more }
}

interface Options {
  set?: Jwk[]
  jwksUri?: string
  tenant?: string
  metadataIssuer?: string
}

const usualSet = [
  jwkOf(own, 'own', { issuer: template }),
  jwkOf(other, 'other', { issuer: template }),
]

/** Verifies with keys that come over the network, as in the app. */
function expected(options: Options = {}): Expected {
  const { set = usualSet, jwksUri = `${host}/common/discovery/v2.0/keys` } = options
  const metadata = {
    issuer: options.metadataIssuer ?? issuer,
    authorization_endpoint: `${host}/authorize`,
    token_endpoint: `${host}/token`,
    jwks_uri: jwksUri,
  }
  const network: EntraNetwork = {
    get: () => Promise.resolve({ status: 200, headers: {}, body: { keys: set } }),
    post: () => Promise.reject(new Error('nothing is posted')),
    close: () => Promise.resolve(),
  }
  const discovery = { metadata: () => Promise.resolve(metadata), known: () => metadata }
  return {
    metadata,
    keys: new SigningKeys(discovery, network, () => nowS * 1000),
    clientId,
    tenant: options.tenant ?? tenant,
    allowedTenants: undefined,
    nonce: 'the-nonce',
    accessToken: 'the-access-token',
    now: () => nowS * 1000,
  }
}

const base64url = (text: string) => Buffer.from(text).toString('base64url')

/** A token with a good signature; `payload` is the text between the dots. */
function signedParts(header: string, payload: string, key = own): string {
  const input = `${base64url(header)}.${payload}`
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key.privateKey).toString('base64url')}`
}

function token(header: Record<string, unknown> = {}, key = own, claims: object = good): string {
  const whole = { alg: 'RS256', kid: 'own', ...header }
  return signedParts(JSON.stringify(whole), base64url(JSON.stringify(claims)), key)
}

/** `accepted`, or the check that refused the token. */
async function outcome(idToken: unknown, options?: Options): Promise<string | undefined> {
  try {
    await verifyIdToken(idToken, expected(options))
    return 'accepted'
  } catch (error) {
    if (error instanceof EntraError) return error.check
    throw error
  }
}

describe('the type of an ID token', () => {
  it.each([[undefined], ['JWT'], ['jwt'], ['Jwt'], ['application/jwt'], ['APPLICATION/JWT']])(
    'may be %s',
    async (typ) => {
      expect(await outcome(token({ typ }))).toBe('accepted')
    },
  )

  it.each([
    ['at+jwt'],
    ['application/at+jwt'],
    ['AT+JWT'],
    ['logout+jwt'],
    ['secevent+jwt'],
    ['dpop+jwt'],
    ['kb+jwt'],
    ['JOSE'],
    ['JWT '],
    ['JWT\n'],
    ['xJWT'],
    ['text/jwt'],
    [''],
    [null],
    [5],
    [['JWT']],
    [{ typ: 'JWT' }],
    [true],
  ])('may not be %j', async (typ) => {
    expect(await outcome(token({ typ }))).toBe('typ')
  })
})

describe('the key of an ID token', () => {
  it('is the one that the header names, independent of other keys', async () => {
    const set = [...usualSet, jwkOf(foreign, 'foreign', { issuer: foreignIssuer })]
    expect(await outcome(token(), { set })).toBe('accepted')
    expect(await outcome(token({ kid: 'other' }, other), { set })).toBe('accepted')
  })

  it('may not be another issuer’s', async () => {
    const set = [...usualSet, jwkOf(foreign, 'foreign', { issuer: foreignIssuer })]
    expect(await outcome(token({ kid: 'foreign' }, foreign), { set })).toBe('key_issuer')
  })

  it('may not be another issuer’s if the header names none', async () => {
    const set = [jwkOf(foreign, 'foreign', { issuer: foreignIssuer })]
    expect(await outcome(token({ kid: undefined }, foreign), { set })).toBe('key_issuer')
    const unnamed = [{ ...jwkOf(foreign, 'x', { issuer: foreignIssuer }), kid: undefined }]
    expect(await outcome(token({ kid: undefined }, foreign), { set: unnamed })).toBe('key_issuer')
  })

  it('may be the only one if the header names none', async () => {
    const set = [jwkOf(own, 'own', { issuer: template })]
    expect(await outcome(token({ kid: undefined }), { set })).toBe('accepted')
    // Keys that cannot have signed it do not count.
    const others = [
      ...set,
      jwkOf(foreign, 'a', { issuer: foreignIssuer, use: 'enc' }),
      jwkOf(foreign, 'b', { issuer: foreignIssuer, alg: 'RS512' }),
    ]
    expect(await outcome(token({ kid: undefined }), { set: others })).toBe('accepted')
  })

  it('may not be one of several if the header names none', async () => {
    expect(await outcome(token({ kid: undefined }))).toBe('kid')
  })

  it('may not be one of two with the same name', async () => {
    const set = [
      jwkOf(own, 'own', { issuer: template }),
      jwkOf(foreign, 'own', { issuer: template }),
    ]
    expect(await outcome(token(), { set })).toBe('kid')
  })

  it.each([[5], [null], [''], [['x']], [{}]])('may not have the issuer %j', async (value) => {
    const set = [jwkOf(own, 'own', { issuer: value })]
    expect(await outcome(token(), { set })).toBe('key_issuer')
  })

  it('may be one that names no issuer', async () => {
    expect(await outcome(token(), { set: [jwkOf(own, 'own')] })).toBe('accepted')
  })

  it('must be of its issuer, at any host name of the cloud’s key set', async () => {
    const set = [jwkOf(own, 'own', { issuer: foreignIssuer })]
    const jwksUri = 'https://login.windows.net/common/discovery/v2.0/keys'
    expect(await outcome(token(), { set, jwksUri })).toBe('key_issuer')
    const many = { set, jwksUri, tenant: 'organizations', metadataIssuer: template }
    expect(await outcome(token(), many)).toBe('key_issuer')
  })

  it('may be of another issuer for an external tenant, which has its own host', async () => {
    const set = [jwkOf(own, 'own', { issuer: foreignIssuer })]
    const iss = `https://${tenant}.ciamlogin.com/${tenant}/v2.0`
    const external = token({}, own, { ...good, iss })
    expect(await outcome(external, { set, metadataIssuer: iss })).toBe('accepted')
  })

  it.each([[null], [5], [['own']], ['OWN'], ['']])('is not named by %j', async (kid) => {
    expect(await outcome(token({ kid }))).toBe('kid')
  })
})

describe('the header of an ID token', () => {
  it.each([
    ['an extension that has to be understood', { crit: ['exp2'], exp2: true }, 'crit'],
    ['a claim as an extension', { crit: ['exp'], exp: nowS }, 'crit'],
    ['an empty list of extensions', { crit: [] }, 'id_token'],
    ['extensions that are no list', { crit: 'b64' }, 'id_token'],
    ['an extension that is not there', { crit: ['b64'] }, 'id_token'],
  ])('with %s is refused', async (_what, header, check) => {
    expect(await outcome(token(header))).toBe(check)
  })

  it('with a payload that is not encoded is refused', async () => {
    const header = JSON.stringify({ alg: 'RS256', kid: 'own', crit: ['b64'], b64: false })
    expect(await outcome(signedParts(header, JSON.stringify(good).replaceAll('.', '')))).toBe(
      'id_token',
    )
    expect(await outcome(signedParts(header, base64url(JSON.stringify(good))))).toBe('id_token')
  })

  it('with a token within the token is refused', async () => {
    const nested = signedParts(
      JSON.stringify({ alg: 'RS256', kid: 'own', cty: 'JWT' }),
      base64url(token()),
    )
    expect(await outcome(nested)).toBe('id_token')
  })

  it.each([
    ['{"alg":"RS256","kid":"own","kid":"own"}'],
    ['{"alg":"none","alg":"RS256","kid":"own"}'],
    ['{"alg":"RS256","kid":"own","typ":"at+jwt","typ":"JWT"}'],
    ['{"alg":"RS256","kid":"own","typ":"at+jwt","t\\u0079p":"JWT"}'],
  ])('with a duplicated member is refused: %s', async (header) => {
    const idToken = signedParts(header, base64url(JSON.stringify(good)))
    expect(await outcome(idToken)).toBe('duplicate_header')
  })

  it('is not a source of keys: a key in it is ignored, and an address in it is not fetched', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end(JSON.stringify({ keys: [jwkOf(foreign, 'own')] }))
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/keys`
    try {
      for (const header of [
        { jwk: jwkOf(foreign, 'own') },
        { jku: url },
        { x5u: url },
        { x5c: ['MIIB'], x5t: 'AA', 'x5t#S256': 'AA' },
        { jwk: jwkOf(foreign, 'own'), jku: url, x5u: url, x5c: ['MIIB'] },
      ]) {
        expect(await outcome(token(header, foreign))).toBe('signature')
        expect(await outcome(token({ ...header, kid: 'new' }, foreign))).toBe('kid')
        expect(await outcome(token({ ...header, kid: undefined }, foreign))).toBe('kid')
        expect(await outcome(token(header))).toBe('accepted')
      }
      expect(asked).toEqual([])
    } finally {
      server.close()
    }
  })
})

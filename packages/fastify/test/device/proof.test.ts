import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HeaderValue } from '../../src/device/headers.ts'
import {
  DeviceProofError,
  type DeviceProofReason,
  readRefreshProof,
  readRegistrationProof,
} from '../../src/device/proof.ts'
import { createDevice, es256, signedToken } from '../support/device.ts'

const device = createDevice()
const other = createDevice()
const payload = { jti: 'the-challenge' }
const { registrationHeader, refreshHeader, jwk } = device

async function refusal(outcome: Promise<unknown>): Promise<DeviceProofError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof DeviceProofError) return error
  throw new Error('The proof was not refused by a DeviceProofError', { cause: error })
}

function withZero(coordinate: string): string {
  const bytes = Buffer.from(coordinate, 'base64url')
  return Buffer.concat([Buffer.alloc(1), bytes]).toString('base64url')
}

const register = (header: HeaderValue) => readRegistrationProof(header)
const live = () => true
const refresh = (header: HeaderValue) => readRefreshProof(header, jwk, live)
const registered = (header: unknown) => register(device.prove(header, payload))

describe('the proof of a registration', () => {
  it('gives the challenge, the key and the thumbprint of the key by RFC 7638', async () => {
    const members = `{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`
    await expect(register(device.register('the-challenge'))).resolves.toEqual({
      challenge: 'the-challenge',
      authorization: undefined,
      key: jwk,
      thumbprint: createHash('sha256').update(members).digest('base64url'),
    })
  })

  it('gives the authorization of the registration header', async () => {
    const proof = await register(device.register('c', 'for this sign-in'))
    expect(proof.authorization).toBe('for this sign-in')
  })

  it('keeps only the four members of the public key', async () => {
    const more = { ...jwk, use: 'sig', kid: '1', alg: 'ES256', ext: true }
    const proof = await registered({ ...registrationHeader, jwk: more })
    expect(proof.key).toEqual(jwk)
  })

  it.each<[string, unknown]>([
    ['no key', undefined],
    ['null', null],
    ['a text', 'key'],
    ['an array', [jwk]],
    ['a private key', { ...jwk, d: jwk.x }],
    ['a private key that is null', { ...jwk, d: null }],
    ['another curve', { ...jwk, crv: 'P-384' }],
    ['another type', { ...jwk, kty: 'OKP' }],
    ['no x', { ...jwk, x: undefined }],
    ['a y that is no text', { ...jwk, y: 1 }],
    ['a point off the curve', { ...jwk, y: jwk.x }],
    ['the point at zero', { ...jwk, x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['a coordinate over the field', { ...jwk, x: Buffer.alloc(32, 255).toString('base64url') }],
    ['a short coordinate', { ...jwk, x: jwk.x.slice(0, 42) }],
    ['a long coordinate', { ...jwk, x: Buffer.alloc(33, 1).toString('base64url') }],
    ['a zero before a coordinate', { ...jwk, x: withZero(jwk.x) }],
    ['padding after x', { ...jwk, x: `${jwk.x}=` }],
    ['padding after y', { ...jwk, y: `${jwk.y}=` }],
    ['a space before a coordinate', { ...jwk, x: ` ${jwk.x}` }],
    ['base64 instead of base64url', { ...jwk, x: '+'.repeat(42) + 'A' }],
  ])('is refused for its key with %s', async (_what, key) => {
    const error = await refusal(registered({ ...registrationHeader, jwk: key }))
    expect(error.reason).toBe('wrong_key')
  })

  it('is refused with a key of P-384 that signed it, in whatever algorithm', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const key = pair.publicKey.export({ format: 'jwk' })
    const by = (alg: string, hash: string) =>
      signedToken({ ...registrationHeader, alg, jwk: key }, payload, (input) =>
        sign(hash, input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
      )
    expect((await refusal(register(by('ES384', 'sha384')))).reason).toBe('malformed')
    expect((await refusal(register(by('ES256', 'sha256')))).reason).toBe('malformed')
    const asEs256 = device.prove({ ...registrationHeader, alg: 'ES384', jwk: key }, payload)
    expect((await refusal(register(asEs256))).reason).toBe('wrong_algorithm')
    const cut = device.prove({ ...registrationHeader, jwk: key }, payload)
    expect((await refusal(register(cut))).reason).toBe('wrong_key')
  })

  it('is refused if another key signed it than the one it carries', async () => {
    const stolen = other.prove(registrationHeader, payload)
    const error = await refusal(register(stolen))
    expect([error.reason, error.challenge]).toEqual(['wrong_signature', 'the-challenge'])
  })
})

describe('the proof of a refresh', () => {
  it('gives the challenge that it signs', async () => {
    await expect(refresh(device.refresh('c-2'))).resolves.toEqual({ challenge: 'c-2' })
  })

  it('is refused by another device, and the error names the challenge', async () => {
    const error = await refusal(refresh(other.refresh('still-live')))
    expect([error.reason, error.challenge]).toEqual(['wrong_signature', 'still-live'])
  })

  it('is refused if header or payload were changed after it was signed', async () => {
    const [head, , signature] = device.refresh('one').split('.')
    const [, body] = device.refresh('two').split('.')
    const error = await refusal(refresh(`${head}.${body}.${signature}`))
    expect([error.reason, error.challenge]).toEqual(['wrong_signature', 'two'])
  })

  it.each([
    ['zeros', Buffer.alloc(64)],
    ['the highest numbers', Buffer.alloc(64, 255)],
  ])('is refused with a signature of %s', async (_what, signature) => {
    const token = signedToken(refreshHeader, payload, () => signature)
    expect((await refusal(refresh(token))).reason).toBe('wrong_signature')
  })

  it('is refused with a key of its own, even the right one', async () => {
    expect((await refusal(refresh(device.register('c')))).reason).toBe('wrong_key')
    const none = device.prove({ ...refreshHeader, jwk: null }, payload)
    expect((await refusal(refresh(none))).reason).toBe('wrong_key')
  })

  it('is refused for a challenge that is not live before its signature costs anything', async () => {
    const asked: string[] = []
    const isLive = (challenge: string) => {
      asked.push(challenge)
      return false
    }
    const another = signedToken(refreshHeader, payload, () => Buffer.alloc(64))
    const refused = await refusal(readRefreshProof(another, { ...jwk, y: jwk.x }, isLive))
    expect([refused.reason, refused.challenge]).toEqual(['wrong_challenge', undefined])
    expect(asked).toEqual([payload.jti])
  })

  it('fails as a fault of the app if the stored key is no key', async () => {
    const outcome = readRefreshProof(device.refresh('c'), { ...jwk, y: jwk.x }, live)
    await expect(outcome).rejects.not.toBeInstanceOf(DeviceProofError)
  })
})

/** Each is signed by the device, so nothing but the rule refuses it. */
const badForms: [DeviceProofReason, string, unknown, unknown][] = [
  ['wrong_type', 'no typ', { alg: 'ES256' }, payload],
  ['wrong_type', 'the typ of other tokens', { ...refreshHeader, typ: 'JWT' }, payload],
  ['wrong_type', 'a typ in capitals', { ...refreshHeader, typ: 'DBSC+JWT' }, payload],
  ['wrong_type', 'a media type', { ...refreshHeader, typ: 'application/dbsc+jwt' }, payload],
  ['wrong_type', 'a proof of attestation', { ...refreshHeader, typ: 'dbsc+aik' }, payload],
  ['wrong_algorithm', 'no alg', { typ: 'dbsc+jwt' }, payload],
  ['wrong_algorithm', 'alg none', { ...refreshHeader, alg: 'none' }, payload],
  ['wrong_algorithm', 'alg in lower case', { ...refreshHeader, alg: 'es256' }, payload],
  ['wrong_algorithm', 'an array of alg', { ...refreshHeader, alg: ['ES256'] }, payload],
  ['unsupported_extension', 'crit', { ...refreshHeader, crit: ['exp'], exp: 1 }, payload],
  ['unsupported_extension', 'crit of b64', { ...refreshHeader, crit: ['b64'], b64: true }, payload],
  ['unsupported_extension', 'b64 alone', { ...refreshHeader, b64: false }, payload],
  ['wrong_claims', 'no jti', refreshHeader, {}],
  ['wrong_claims', 'an empty jti', refreshHeader, { jti: '' }],
  ['wrong_claims', 'a jti that is a number', refreshHeader, { jti: 1 }],
  ['wrong_claims', 'a jti in an array', refreshHeader, { jti: ['the-challenge'] }],
  ['wrong_claims', 'a jti that is null', refreshHeader, { jti: null }],
  ['wrong_claims', 'authorization as a number', refreshHeader, { ...payload, authorization: 1 }],
  ['wrong_claims', 'empty authorization', refreshHeader, { ...payload, authorization: '' }],
  ['malformed', 'two alg', '{"alg":"none","alg":"ES256","typ":"dbsc+jwt"}', payload],
  ['malformed', 'two jti', refreshHeader, '{"jti":"old","jti":"the-challenge"}'],
  ['malformed', 'two jti, one escaped', refreshHeader, String.raw`{"jti":"a","\u006ati":"b"}`],
  ['malformed', 'an array as payload', refreshHeader, [payload]],
  ['malformed', 'null as payload', refreshHeader, null],
  ['malformed', 'no JSON as payload', refreshHeader, '{"jti":"the-challenge"'],
  ['malformed', 'nothing as payload', refreshHeader, ''],
  ['malformed', 'text after the payload', refreshHeader, '{"jti":"the-challenge"}x'],
  ['malformed', 'a byte order mark', refreshHeader, '\ufeff{"jti":"the-challenge"}'],
  ['malformed', 'broken UTF-8', refreshHeader, Buffer.from('{"jti":"\xff"}', 'latin1')],
  ['malformed', 'a text as header', '"ES256"', payload],
]

describe('any device proof', () => {
  it.each(badForms)('is refused as %s with %s', async (reason, _what, head, body) => {
    expect((await refusal(refresh(device.prove(head, body)))).reason).toBe(reason)
  })

  it('is refused as wrong_algorithm if it is not signed at all', async () => {
    const unsigned = signedToken({ ...registrationHeader, alg: 'none' }, payload, () =>
      Buffer.alloc(64),
    )
    expect((await refusal(register(unsigned))).reason).toBe('wrong_algorithm')
    const [head, body] = unsigned.split('.')
    expect((await refusal(register(`${head}.${body}.`))).reason).toBe('malformed')
  })

  it('is refused if the public key was used as the secret of HS256', async () => {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    const secrets = [
      JSON.stringify(jwk),
      key.export({ type: 'spki', format: 'pem' }).toString(),
      key.export({ type: 'spki', format: 'der' }),
    ]
    for (const secret of secrets) {
      const hmac = (input: Buffer) => createHmac('sha256', secret).update(input).digest()
      const hs256 = signedToken({ ...refreshHeader, alg: 'HS256' }, payload, hmac)
      expect((await refusal(refresh(hs256))).reason).toBe('malformed')
      const padded = (input: Buffer) => Buffer.concat([hmac(input), Buffer.alloc(32)])
      const long = signedToken({ ...refreshHeader, alg: 'HS256' }, payload, padded)
      expect((await refusal(refresh(long))).reason).toBe('wrong_algorithm')
    }
  })

  it('is refused if it is signed by RS256, with its own key', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = pair.publicKey.export({ format: 'jwk' })
    const rs256 = (alg: string) =>
      signedToken({ ...registrationHeader, alg, jwk: key }, payload, (input) =>
        sign('sha256', input, pair.privateKey),
      )
    expect((await refusal(register(rs256('RS256')))).reason).toBe('malformed')
    const cut = device.prove({ ...registrationHeader, alg: 'RS256', jwk: key }, payload)
    expect((await refusal(register(cut))).reason).toBe('wrong_algorithm')
    const asEs256 = device.prove({ ...registrationHeader, jwk: key }, payload)
    expect((await refusal(register(asEs256))).reason).toBe('wrong_key')
  })

  const token = device.refresh('the-challenge')

  it.each<[string, HeaderValue]>([
    ['bare, as Chromium sends it', token],
    ['quoted, as the draft has it', `"${token}"`],
    ['with parameters, which are ignored', `"${token}";v=1;w`],
    ['with spaces around it', ` ${token} `],
    ['as an array of one', [token]],
  ])('is read %s', async (_what, header) => {
    await expect(refresh(header)).resolves.toEqual({ challenge: 'the-challenge' })
  })

  it.each<[DeviceProofReason, string, HeaderValue]>([
    ['missing', 'missing', undefined],
    ['missing', 'empty', ''],
    ['missing', 'an empty array', []],
    ['repeated', 'two lines that Node joined', `${token}, ${token}`],
    ['repeated', 'two quoted lines that Node joined', `"${token}", "x"`],
    ['repeated', 'an array of two', [token, token]],
    ['too_large', 'longer than 4 kB', `${token}${'A'.repeat(4097 - token.length)}`],
    ['malformed', 'of 4 kB and no proof', `${token}${'A'.repeat(4096 - token.length)}`],
    ['malformed', 'followed by text', `${token} x`],
    ['malformed', 'followed by text after the quotes', `"${token}"x`],
    ['malformed', 'in quotes that do not end', `"${token}`],
    ['malformed', 'followed by a quote', `${token}"`],
    ['malformed', 'in single quotes', `'${token}'`],
    ['malformed', 'a list in brackets', `(${token})`],
    ['malformed', 'followed by a comma', `${token},`],
    ['malformed', 'bytes instead of a text', `:${Buffer.from(token).toString('base64')}:`],
    ['malformed', 'a display string', `%"${token}"`],
    ['malformed', 'a number', '1'],
    ['malformed', 'a boolean', '?1'],
    ['malformed', 'of two parts', token.slice(0, token.lastIndexOf('.'))],
    ['malformed', 'of four parts', `${token}.AAAA`],
    ['malformed', 'of the five parts of encryption', `${token}.AAAA.AAAA`],
    ['malformed', 'padded', `${token}=`],
    ['malformed', 'padded in quotes', `"${token}=="`],
    ['malformed', 'in quotes with a space', `"${token} "`],
    ['malformed', 'in base64 instead of base64url', `"${token.slice(0, -2)}+/"`],
    ['malformed', 'with a longer signature', `${token}AA`],
    ['malformed', 'with a shorter signature', token.slice(0, -2)],
  ])('is refused as %s if the header is %s', async (reason, _what, header) => {
    expect((await refusal(refresh(header))).reason).toBe(reason)
  })

  it('is refused with spare bits in its last character: one proof has one text', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // 64 bytes leave four bits of the last character unused.
    const spare = token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) + 1)
    const signatures = [token, spare].map((one) => Buffer.from(one.slice(-86), 'base64url'))
    expect(signatures[1]).toEqual(signatures[0])
    expect((await refusal(refresh(spare))).reason).toBe('malformed')
  })

  it('is refused without a word of it in the error', async () => {
    const error = await refusal(refresh(other.refresh('hush')))
    expect(error.message).toBe('The device proof was refused: wrong_signature')
    expect(error.cause).toBeUndefined()
  })

  it('is verified if other members come with it, as JWS wants', async () => {
    const signed = signedToken({ ...refreshHeader, kid: '1' }, { ...payload, iat: 1 }, (input) =>
      es256(input, device.privateKey),
    )
    await expect(refresh(signed)).resolves.toEqual({ challenge: 'the-challenge' })
  })
})

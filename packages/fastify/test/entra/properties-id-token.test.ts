import { generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EntraError } from '../../src/entra/errors.ts'
import { verifyIdToken, type Expected } from '../../src/entra/id-token.ts'
import { propertyRuns } from '@gatehouse/test-support/property-runs'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = publicKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify'])
const nowS = 1_800_000_000
const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const issuer = `https://login.example.test/${tenant}/v2.0`

const expected: Expected = {
  metadata: {
    issuer,
    authorization_endpoint: 'x',
    token_endpoint: 'x',
    jwks_uri: 'x',
  },
  keys: { find: () => Promise.resolve({ key, issuers: [] }) },
  clientId: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  tenant,
  allowedTenants: undefined,
  nonce: 'the-nonce',
  accessToken: 'the-access-token',
  now: () => nowS * 1000,
}

const good = {
  iss: issuer,
  aud: expected.clientId,
  sub: 'subject',
  oid: '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32',
  tid: tenant,
  nonce: 'the-nonce',
  iat: nowS - 10,
  exp: nowS + 3600,
}
const required = Object.keys(good) as (keyof typeof good)[]

/** A token with a good signature over any payload text. */
function signed(payload: string): string {
  const parts = ['{"alg":"RS256","kid":"k"}', payload]
  const input = parts.map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`
}

/** @returns the claims, or undefined for a refusal. @throws whatever is no EntraError */
async function claimsOf(token: unknown) {
  try {
    return (await verifyIdToken(token, expected)).claims
  } catch (error) {
    if (error instanceof EntraError) return undefined
    throw error
  }
}

const time = fc.oneof(
  fc.integer({ min: nowS - 100_000, max: nowS + 100_000 }),
  fc.double(),
  fc.constantFrom(String(nowS), 1e300, -1),
)
/** Claims that are near to good ones: each of them may be gone, or hold anything. */
const nearlyGood = fc
  .record(
    {
      claim: fc.constantFrom(...required, 'azp', 'nbf', 'at_hash', '__proto__', 'constructor'),
      value: fc.option(fc.oneof(fc.jsonValue({ maxDepth: 2 }), time), { nil: undefined }),
    },
    { requiredKeys: ['claim', 'value'] },
  )
  .map(({ claim, value }) => JSON.stringify({ ...good, [claim]: value }))

describe('any ID token', () => {
  it('is accepted with the claims that these tests start from', async () => {
    expect(await claimsOf(signed(JSON.stringify(good)))).toEqual(good)
  })

  it('is accepted only if every required claim is right', async () => {
    await fc.assert(
      fc.asyncProperty(nearlyGood, async (payload) => {
        const claims = await claimsOf(signed(payload))
        if (claims === undefined) return
        const { iss, aud, tid, nonce, azp } = claims
        expect({ iss, aud, tid, nonce }).toEqual({
          iss: good.iss,
          aud: good.aud,
          tid: good.tid,
          nonce: good.nonce,
        })
        expect([undefined, good.aud]).toContain(azp)
        expect(claims.oid).toMatch(/^[0-9a-f-]{36}$/i)
        expect(claims.sub).toMatch(/^[^]{1,255}$/)
        expect(Number.isSafeInteger(claims.iat) && Number.isSafeInteger(claims.exp)).toBe(true)
        expect(claims.exp).toBeGreaterThan(nowS - 301)
        expect(claims.exp).toBeLessThanOrEqual(nowS + 86_400)
        expect(Math.abs(claims.iat - nowS)).toBeLessThanOrEqual(30 * 60 + 300)
      }),
      propertyRuns(300),
    )
  })

  it('is refused if any claim is missing', async () => {
    for (const claim of required) {
      const rest = Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim))
      expect(await claimsOf(signed(JSON.stringify(rest)))).toBeUndefined()
    }
  })

  it('is refused with a coded error if its payload is random JSON or random text with a good signature', async () => {
    const payload = fc.oneof(fc.json({ maxDepth: 3 }), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(payload, async (text) => {
        expect(await claimsOf(signed(text))).toBeUndefined()
      }),
      propertyRuns(150),
    )
  })

  it('is refused with a coded error if it is random text', async () => {
    const part = fc.oneof(fc.base64String(), fc.string(), fc.json().map(toBase64url))
    const token = fc.oneof(
      fc.anything(),
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(token, async (value) => {
        expect(await claimsOf(value)).toBeUndefined()
      }),
      propertyRuns(1000),
    )
  })
})

function toBase64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

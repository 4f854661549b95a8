import { generateKeyPairSync } from 'node:crypto'
import { errors } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Discovery } from '../../src/entra/discovery.ts'
import { EntraError } from '../../src/entra/errors.ts'
import { SigningKeys } from '../../src/entra/keys.ts'
import type { EntraAnswer, EntraNetwork } from '../../src/entra/network.ts'
import { problemPageCode } from '../support/refused-sign-in.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'known', use: 'sig' }

const metadata = { issuer: 'i', authorization_endpoint: 'a', token_endpoint: 't', jwks_uri: 'k' }
const discovery: Discovery = { metadata: () => Promise.resolve(metadata), known: () => metadata }

let clock: number
let fetches: number
let answer: () => EntraAnswer
let keys: SigningKeys

const working = () => ({ status: 200, headers: {}, body: { keys: [jwk] } })
const failing = () => {
  throw new EntraError('entra_unavailable', 'no answer')
}

beforeEach(() => {
  clock = 1_800_000_000_000
  fetches = 0
  answer = working
  const network: EntraNetwork = {
    get: async () => {
      fetches += 1
      await Promise.resolve()
      return answer()
    },
    post: () => Promise.reject(new Error('nothing is posted')),
    close: () => Promise.resolve(),
  }
  keys = new SigningKeys(discovery, network, () => clock)
})

/** The result of a search for a key: `found`, `unknown`, or the code of an EntraError. */
async function outcome(kid: string): Promise<string> {
  const token = { payload: '', signature: '' }
  try {
    await keys.find({ alg: 'RS256', kid }, token)
    return 'found'
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return 'unknown'
    if (error instanceof EntraError) return error.code
    throw error
  }
}

describe('signing keys that were never fetched', () => {
  it('are requested once in five seconds while the fetch fails, and each caller gets the error', async () => {
    answer = failing
    for (let time = 0; time < 20; time += 1) {
      expect(await outcome('known')).toBe('entra_unavailable')
      clock += 200
    }
    expect(fetches).toBe(1)
    clock += 1_000
    expect(await outcome('known')).toBe('entra_unavailable')
    expect(fetches).toBe(2)
  })

  it('are requested once for simultaneous callers', async () => {
    answer = failing
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome('known')))
    expect(new Set(outcomes)).toEqual(new Set(['entra_unavailable']))
    expect(fetches).toBe(1)
  })

  it('are available as soon as a fetch works', async () => {
    answer = failing
    await outcome('known')
    answer = working
    clock += 5_000
    expect(await outcome('known')).toBe('found')
  })

  it('are requested at once after the clock was set back or forward', async () => {
    for (const ms of [-3_600_000, 3_600_000]) {
      answer = failing
      await outcome('known')
      const before = fetches
      clock += ms
      answer = working
      expect(await outcome('known')).toBe('found')
      expect(fetches).toBe(before + 1)
      clock += 25 * 3_600_000
    }
  })
})

describe('a key that is not among the fetched ones', () => {
  it('may be new while the fetch fails, so the token is not refused', async () => {
    expect(await outcome('known')).toBe('found')
    answer = failing
    expect(await outcome('new')).toBe('entra_unavailable')
    for (let time = 0; time < 10; time += 1) {
      clock += 2_900
      expect(await outcome('new')).toBe('entra_unavailable')
      expect(await outcome('known')).toBe('found')
    }
    expect(fetches).toBe(2)
    clock += 1_000
    expect(await outcome('new')).toBe('entra_unavailable')
    expect(fetches).toBe(3)
  })

  it('may be new while a day-old set cannot be replaced', async () => {
    await outcome('known')
    answer = failing
    clock += 25 * 3_600_000
    expect(await outcome('known')).toBe('found')
    expect(await outcome('new')).toBe('entra_unavailable')
    expect(fetches).toBe(2)
  })

  it('does not exist if it is not in a fresh set, and is not requested again at once', async () => {
    await outcome('known')
    for (let time = 0; time < 10; time += 1) {
      expect(await outcome('new')).toBe('unknown')
      clock += 2_900
    }
    expect(fetches).toBe(2)
    clock += 3_600_000
    expect(await outcome('new')).toBe('unknown')
    expect(fetches).toBe(3)
  })
})

it('a set of more keys than any authority has is none', async () => {
  const others = Array.from({ length: 100 }, (_, index) => ({ ...jwk, kid: `other-${index}` }))
  answer = () => ({ status: 200, headers: {}, body: { keys: [jwk, ...others] } })
  expect(await outcome('known')).toBe('entra_unavailable')
})

describe('a key that cannot have signed a token', () => {
  it.each([
    ['a secret', { kty: 'oct', k: 'AA', kid: 'new' }],
    ['a private key', { ...jwk, kid: 'new', d: 'AA' }],
    ['a key for encryption', { ...jwk, kid: 'new', use: 'enc' }],
    ['a key for another algorithm', { ...jwk, kid: 'new', alg: 'PS256' }],
  ])('is ignored: %s', async (_what, key) => {
    answer = () => ({ status: 200, headers: {}, body: { keys: [jwk, key] } })
    expect(await outcome('new')).toBe('unknown')
    expect(await outcome('known')).toBe('found')
  })
})

describe('signing in while the keys cannot be fetched', () => {
  const gatehouse = useTestApp()
  const broken = { at: 'keys', kind: 'respond', status: 500, body: {} } as const

  it('requests them at a limited rate, with any number of sign-ins', async () => {
    const { tenant } = gatehouse()
    tenant.faults.set(broken)
    for (let time = 0; time < 8; time += 1) {
      const answers = await Promise.all([1, 2].map(() => gatehouse().browser().signIn()))
      expect(answers.map(problemPageCode)).toEqual(['unavailable', 'unavailable'])
    }
    expect(tenant.journal.count('keys')).toBeLessThanOrEqual(2)
    tenant.faults.clear()
    gatehouse().advance(5_000)
    expect((await gatehouse().browser().signIn()).location).toBe('/')
  })

  it('says that Microsoft does not answer, if the keys were rotated meanwhile', async () => {
    const { tenant } = gatehouse()
    tenant.rotateKeys()
    tenant.faults.set(broken)
    for (let time = 0; time < 3; time += 1) {
      expect(problemPageCode(await gatehouse().browser().signIn())).toBe('unavailable')
    }
    expect(tenant.journal.count('keys')).toBe(1)
  })
})

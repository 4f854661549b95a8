/** What the cookie of a proof is good for, of whatever the app has sealed. */
import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { DeviceBinding } from '../../src/device/binding.ts'
import type { Session } from '../../src/session/cache.ts'
import { createCookieJar, createSealedCookies } from '../../src/session/cookie.ts'
import { deviceCookie } from '../support/bound-session.ts'

const minute = 60_000
const now = 1_800_000_000_000
/** The app has been running for longer than it waives proofs after a start. */
let clock = now - 10 * minute

const cookies = await createSealedCookies(Fastify(), [randomBytes(32)], 3600)
const binding = new DeviceBinding({
  settings: { deviceBound: 'when-supported', deviceProofMs: 5 * minute },
  cookies,
  jar: createCookieJar('https://app.example.test/people'),
  oneTimeKeys: { consume: async () => true, lock: async () => undefined },
  basePath: '/people',
  now: () => clock,
})
clock = now
const session = {
  secrets: { id: 'id' },
  startedAt: now - minute,
  boundKey: { thumbprint: 'key', at: now - minute },
} as unknown as Session

it.each<[string, object, 'given' | 'missing']>([
  ['its session and key, now', {}, 'given'],
  ['another session', { session: 'other' }, 'missing'],
  ['another key', { key: 'other' }, 'missing'],
  ['no time', { at: undefined }, 'missing'],
  ['a time before', { at: now - 5 * minute }, 'missing'],
  ['a time ahead', { at: now + 2 * minute }, 'missing'],
])('a proof of %s', (_what, change, expected) => {
  const value = cookies.seal('device', { session: 'id', key: 'key', at: now, ...change })
  const headers = { cookie: `${deviceCookie}~people=${value}` }
  expect(binding.proofOf({ headers } as FastifyRequest, { ...session })).toBe(expected)
})

it.each<[string, object, boolean]>([
  ['now, for its session and use', {}, true],
  ['within the difference of two clocks', { at: now + minute / 2 }, true],
  ['by a clock that is ahead', { at: now + 2 * minute }, false],
  ['before the last proof ended', { at: now - 10 * minute }, false],
  ['for another session', { session: 'other' }, false],
  ['for a registration', { use: 'registration' }, false],
  ['at no time', { at: undefined }, false],
])('a challenge that was made %s', (_what, change, isGood) => {
  const content = { session: 'id', use: 'refresh', authorization: '', at: now, ...change }
  const challenge = cookies.seal('device-challenge', content)
  const opened = binding.openChallenge(challenge, { session: 'id', use: 'refresh' })
  expect(opened !== undefined).toBe(isGood)
})

it.each(['session', 'client-state', 'device-id', 'device-challenge'] as const)(
  'what was sealed as %s is no proof',
  (purpose) => {
    const value = cookies.seal(purpose, { session: 'id', key: 'key', at: now })
    const headers = { cookie: `${deviceCookie}~people=${value}` }
    expect(binding.proofOf({ headers } as FastifyRequest, { ...session })).toBe('missing')
  },
)

it('below a path of its host, a session is that of the path alone', () => {
  const instructions = binding.instructionsFor('id', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' })
  expect(instructions).toMatchObject({
    refresh_url: '/people/auth/device/refresh',
    scope: {
      include_site: false,
      // The last rule that fits counts.
      scope_specification: [
        { type: 'exclude', domain: '*', path: '/' },
        { type: 'include', domain: '*', path: '/people' },
        { type: 'exclude', domain: '*', path: '/people/assets' },
      ],
    },
    credentials: [{ type: 'cookie', name: '__Host-device~people' }],
  })
  const offer = binding.offerTo({ ...session, boundKey: undefined })
  expect(offer).toContain('path="/people/auth/device"')
})

import { expect, it } from 'vitest'
import type { Grant } from '../src/entra/grants.ts'
import { createSeal } from '../src/seal.ts'
import { openRefreshToken, refreshToken } from '../src/tokens/refresh-token.ts'

const hour = 3_600_000
const day = 24 * hour

function clock() {
  const time = { now: 1_000 * day }
  // Only the clock and the seal are asked for.
  const tenant = { seal: createSeal(), now: () => time.now } as unknown as Parameters<
    typeof refreshToken
  >[0]
  return { time, tenant }
}

const grant: Grant = {
  clientId: 'client',
  userId: 'user',
  scopes: ['openid'],
  sid: 'sid',
  authenticatedAt: 0,
  revocations: 0,
  contexts: [],
}

const codeOf = (open: () => unknown) => {
  try {
    open()
    return undefined
  } catch (error) {
    return (error as { problem: { code: number } }).problem.code
  }
}

it('lasts 90 days, and each new one as long again', () => {
  const { time, tenant } = clock()
  let token = refreshToken(tenant, grant, time.now)
  for (let turn = 0; turn < 3; turn += 1) {
    time.now += 89 * day
    token = refreshToken(tenant, openRefreshToken(tenant, token, 'client'), time.now)
  }
  time.now += 90 * day
  expect(codeOf(() => openRefreshToken(tenant, token, 'client'))).toBe(700082)
})

it('of a single-page app lasts 24 hours in all, however often it is renewed', () => {
  const { time, tenant } = clock()
  let token = refreshToken(tenant, { ...grant, spaExpiresAt: time.now + 24 * hour }, time.now)
  for (let turn = 0; turn < 23; turn += 1) {
    time.now += hour
    token = refreshToken(tenant, openRefreshToken(tenant, token, 'client'), time.now)
  }
  time.now += hour - 1
  expect(codeOf(() => openRefreshToken(tenant, token, 'client'))).toBeUndefined()
  time.now += 1
  expect(codeOf(() => openRefreshToken(tenant, token, 'client'))).toBe(700084)
})

it('of another client is none', () => {
  const { time, tenant } = clock()
  const token = refreshToken(tenant, grant, time.now)
  expect(codeOf(() => openRefreshToken(tenant, token, 'other'))).toBe(70000)
})

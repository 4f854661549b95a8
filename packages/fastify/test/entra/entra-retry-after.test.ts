import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EntraError } from '../../src/entra/errors.ts'
import { createEntraNetwork } from '../../src/entra/network.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const now = Date.UTC(1994, 10, 6, 8, 48, 37)
const network = createEntraNetwork({ url: undefined, noProxy: '' }, () => now)
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
})

afterAll(async () => {
  await network.close()
  await upstream.close()
})

/** The error for an answer with this status and header. */
async function thrown(status: number, retryAfter: string | string[] | undefined, body = '{}') {
  upstream.answers((response) => {
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  try {
    await network.post(upstream.url, {}, '')
  } catch (error) {
    if (error instanceof EntraError) return error
    throw error
  }
  throw new Error('The answer was taken')
}

describe('an error of Entra says how long to wait', () => {
  it.each([
    [429, '120', 120],
    [503, '1', 1],
    [500, '0', 1],
    [502, '3600', 300],
    [504, 'Sun, 06 Nov 1994 08:49:37 GMT', 60],
    [429, 'Sunday, 06-Nov-94 08:49:37 GMT', 60],
    [429, 'Sun Nov  6 08:49:37 1994', 60],
    [429, 'Sat, 05 Nov 1994 08:49:37 GMT', 1],
  ])('if a %d has a Retry-After header: %s', async (status, header, seconds) => {
    const error = await thrown(status, header)
    expect(error).toMatchObject({ code: 'entra_unavailable', httpStatus: status })
    expect(error.retryAfterS).toBe(seconds)
  })

  it('even if the answer is not JSON', async () => {
    expect((await thrown(429, '7', '<h1>Too many</h1>')).retryAfterS).toBe(7)
  })

  it.each([undefined, '', 'soon', '-1', '1.5', '1e3', '1994-11-06', ['5', '10']])(
    'but not if the header is missing or invalid: %j',
    async (header) => {
      expect((await thrown(429, header)).retryAfterS).toBeUndefined()
    },
  )

  it.each([
    [302, '{}'],
    [304, ''],
    [404, '<h1>No</h1>'],
    [200, '<h1>Welcome</h1>'],
  ])('but not for a %d', async (status, body) => {
    expect((await thrown(status, '120', body)).retryAfterS).toBeUndefined()
  })
})

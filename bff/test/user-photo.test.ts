import { userPhoto } from '@gatehouse/shared/paths'
import type { Fault } from '@gatehouse/tenant'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ config: { rateLimits: { perAddress: 10_000 } } })
let browser: Browser

beforeAll(async () => {
  browser = await gatehouse().signedIn(0)
})

/** A user of the tenant has a photo if the user's id ends with an even digit. */
function address(hasPhoto: boolean): string {
  const found = gatehouse().tenant.users.find(
    ({ id }) => (parseInt(id.slice(-1), 16) % 2 === 0) === hasPhoto,
  )
  return userPhoto(found?.id ?? '')
}

function photoCalls() {
  return gatehouse()
    .tenant.journal.entries()
    .filter(({ endpoint }) => endpoint === 'photo')
}

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])

function answers(body: Buffer | string, contentType: string, headers = {}): void {
  const fault: Fault = { at: 'photo', kind: 'respond', status: 200, body, contentType, headers }
  gatehouse().tenant.faults.set(fault)
}

describe('the photo of a user', () => {
  it('is an image that no browser keeps', async () => {
    const { status, headers } = await browser.get(address(true))
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
    expect(Number(headers['content-length'])).toBeGreaterThan(100)
    const [call] = photoCalls()
    expect(call?.path).toMatch(/^\/v1\.0\/users\/[0-9a-f-]{36}\/photo\/\$value$/)
    expect(call?.headers).toMatchObject({ accept: 'image/jpeg, image/png' })
  })

  it('is a problem for an image too if Graph fails: only one that does not exist is 204', async () => {
    const image = { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' }
    expect((await browser.get(address(false), image)).status).toBe(204)
    gatehouse().tenant.faults.set({ at: 'photo', kind: 'respond', status: 500, body: '' })
    expectProblem(await browser.get(address(true), image), 502, 'upstream_failed')
  })

  it('is not sent if Graph refuses the user now, whatever the browser had before', async () => {
    expect((await browser.get(address(true))).status).toBe(200)
    const refusal = {
      kind: 'graphError',
      status: 403,
      code: 'Authorization_RequestDenied',
    } as const
    gatehouse().tenant.faults.set({ at: 'photo', ...refusal })
    const answer = await browser.get(address(true), { 'if-none-match': '*' })
    expect(expectProblem(answer, 403, 'forbidden').detail).not.toContain('Authorization_')
  })

  it('is 404 and not cached if it does not exist', async () => {
    expectProblem(await browser.get(address(false)), 404, 'not_found')
    const nobody = userPhoto('00000000-0000-4000-8000-000000000000')
    expectProblem(await browser.get(nobody), 404, 'not_found')
    expect(photoCalls()).toHaveLength(2)
  })

  it('is 401 without a session', async () => {
    const answer = await gatehouse().browser().get(address(true))
    expectProblem(answer, 401, 'sign_in_required')
    expect(photoCalls()).toEqual([])
  })

  it('is an image in pages of this app only', async () => {
    const image = { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }
    const ours = await browser.get(address(true), { ...image, 'sec-fetch-site': 'same-origin' })
    expect(ours.status).toBe(200)
    for (const site of ['cross-site', 'same-site']) {
      const answer = await browser.get(address(true), { ...image, 'sec-fetch-site': site })
      expectProblem(answer, 403, 'cross_site')
    }
    for (const dest of ['document', 'iframe', 'script', 'object', 'embed']) {
      const headers = { 'sec-fetch-dest': dest, 'sec-fetch-site': 'same-origin' }
      expectProblem(await browser.get(address(true), headers), 403, 'cross_site')
    }
    expect((await browser.get('/api/me', { 'sec-fetch-dest': 'image' })).status).toBe(403)
  })

  it.each([
    'me',
    'a/../../beta',
    '..',
    '%2e%2e',
    '..%2f..%2fbeta%2fme',
    'a?$expand=manager',
    'a%23',
    'me%2fmessages',
    "'",
    '00000000-0000-4000-8000-00000000000',
    '00000000-0000-4000-8000-0000000000000',
    '00000000-0000-4000-8000-00000000000g',
    '00000000-0000-4000-8000-000000000000%0a',
    '00000000-0000-4000-8000-000000000000%00',
    '{00000000-0000-4000-8000-000000000000}',
    'somebody@gatehouse.test',
    'a'.repeat(5000),
  ])('is requested by an object id only, not by %s', async (id) => {
    const answer = await browser.get(`/api/users/${id}/photo`)
    expect([400, 404, 414]).toContain(answer.status)
    expect(photoCalls()).toEqual([])
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })
})

describe('the answer of Graph for a photo', () => {
  it.each([
    ['a JPEG', jpeg, 'image/jpeg', 'image/jpeg'],
    ['a JPEG by its old name', jpeg, 'image/jpg', 'image/jpeg'],
    ['a PNG with parameters', png, 'image/png; q=1', 'image/png'],
    ['a PNG that is called a JPEG', png, 'image/jpeg', 'image/png'],
  ])('is passed on with its true type: %s', async (_what, body, type, ours) => {
    answers(body, type)
    const { status, headers } = await browser.get(address(true))
    expect([status, headers['content-type']]).toEqual([200, ours])
  })

  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  const large = Buffer.concat([png, Buffer.alloc(512 * 1024)])
  it.each<[string, Buffer | string, string, object]>([
    ['an SVG', svg, 'image/svg+xml', {}],
    ['an SVG that is called a PNG', svg, 'image/png', {}],
    ['HTML', '<h1>hi</h1>', 'text/html', {}],
    ['HTML that is called a JPEG', '<h1>hi</h1>', 'image/jpeg', {}],
    ['a PNG that is called HTML', png, 'text/html', {}],
    ['a PNG that is called a kind of PNG', png, 'image/png+xml', {}],
    ['a GIF', 'GIF89a', 'image/gif', {}],
    ['nothing', '', 'image/png', {}],
    ['the beginning of a beginning', png.subarray(0, 7), 'image/png', {}],
    ['a PNG behind a space', Buffer.concat([Buffer.from(' '), png]), 'image/png', {}],
    ['a PNG that is compressed', png, 'image/png', { 'content-encoding': 'gzip' }],
    ['more than half a megabyte', large, 'image/png', {}],
    ['more than any answer may have', Buffer.concat([png, Buffer.alloc(6e6)]), 'image/png', {}],
  ])('is 502 if it is %s', async (_what, body, type, headers) => {
    answers(body, type, headers)
    expectProblem(await browser.get(address(true)), 502, 'upstream_failed')
    expect(photoCalls()).toHaveLength(1)
  })
})

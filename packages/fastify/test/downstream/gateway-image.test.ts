import { userPhoto } from '@gatehouse/shared/paths'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useOrders } from '../support/use-orders.ts'

const { upstream, signedIn } = await useOrders()

const most = 512 * 1024
const address = userPhoto('00000000-0000-4000-8000-000000000000')

function image(size: number): Buffer {
  const bytes = Buffer.alloc(size, 1)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return bytes
}

/** With a content-length, or in chunks without one. */
function sends(bytes: Buffer, inPieces: boolean): void {
  upstream.answers((response) => {
    const length = inPieces ? {} : { 'content-length': bytes.length }
    response.writeHead(200, { 'content-type': 'image/png', ...length })
    if (inPieces) response.write(bytes.subarray(0, bytes.length / 2))
    response.end(inPieces ? bytes.subarray(bytes.length / 2) : bytes)
  })
}

describe.each([
  ['says how large it is', false],
  ['comes in pieces', true],
])('an image that %s', (_what, inPieces) => {
  it('is accepted up to half a megabyte', async () => {
    const browser = await signedIn()
    sends(image(most), inPieces)
    const answer = await browser.get(address)
    expect([answer.status, answer.headers['content-length']]).toEqual([200, String(most)])
  })

  it('is 502 with one byte more', async () => {
    const browser = await signedIn()
    sends(image(most + 1), inPieces)
    expectProblem(await browser.get(address), 502, 'upstream_failed')
    sends(image(100), inPieces)
    expect((await browser.get(address)).status).toBe(200)
  })
})

it('cuts an image without an end, and closes its connection', async () => {
  const browser = await signedIn()
  upstream.answers((response) => {
    response.writeHead(200, { 'content-type': 'image/png' })
    const more = () => {
      while (!response.destroyed && response.write(image(most)));
    }
    response.on('drain', more)
    more()
  })
  expectProblem(await browser.get(address), 502, 'upstream_failed')
  await expect.poll(() => upstream.underWay()).toBe(0)
})

it('passes on none of an image’s headers', async () => {
  const browser = await signedIn()
  upstream.answers((response) => {
    response.writeHead(200, {
      'content-type': 'image/png',
      'set-cookie': 'theirs=1',
      'cache-control': 'public',
      etag: '"theirs"',
      vary: '*',
      'content-disposition': 'attachment; filename=theirs.exe',
      'access-control-allow-origin': '*',
    })
    response.end(image(100))
  })
  const { headers } = await browser.get(address)
  expect(JSON.stringify(headers)).not.toMatch(/theirs|public|"\*"/)
  expect(headers['cache-control']).toBe('no-store')
})

import { deflateSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
let token: string
beforeAll(async () => {
  tenant = await createTenant({ users: 13 })
  token = (await signIn(tenant, { scope: 'openid User.ReadWrite' })).access_token
})
afterAll(() => tenant.close())

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  // Nothing here reads the check sum.
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)])
}

interface Kind {
  color: number
  /** Of one pixel. */
  pixel: readonly number[]
  filter?: number
  palette?: Buffer
  depth?: number
  interlace?: number
}

/** A picture of one colour. */
function pngOf(width: number, height: number, kind: Kind): Buffer {
  const { color, pixel, filter = 0, palette, depth = 8, interlace = 0 } = kind
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, color, 0, 0, interlace], 8)
  const plain = Array.from({ length: width }, () => pixel).flat()
  const rows = Array.from({ length: height }, (_, y) => [
    filter,
    ...filtered(plain, pixel.length, y, filter),
  ])
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Of equal lines: the difference to the pixel on the left, above, or of both. */
function filtered(plain: readonly number[], channels: number, y: number, filter: number): number[] {
  return plain.map((value, x) => {
    const left = x < channels ? 0 : (plain[x - channels] ?? 0)
    const up = y === 0 ? 0 : value
    if (filter === 1) return (value - left + 256) % 256
    if (filter === 2) return (value - up + 256) % 256
    if (filter === 3) return (value - ((left + up) >> 1) + 256) % 256
    // Of equal neighbours, Paeth takes any; at the edges the one that there is.
    if (filter === 4) return (value - (x < channels ? up : left) + 256) % 256
    return value
  })
}

const call = (path: string, init: RequestInit = {}) => callGraph(tenant, `/me${path}`, token, init)
const upload = (bytes: Buffer, type = 'image/png') =>
  call('/photo/$value', {
    method: 'PUT',
    headers: { 'content-type': type },
    body: new Uint8Array(bytes),
  })
const json = async (path: string) => (await (await call(path)).json()) as Record<string, unknown>

async function pictureOf(size: number) {
  const answer = await call(`/photos/${size}x${size}/$value`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  if (answer.status !== 200) return answer.status
  const length = bytes.readUInt32BE(33)
  const raw = inflateSync(bytes.subarray(41, 41 + length))
  return {
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    first: [...raw.subarray(1, 4)],
    last: [...raw.subarray(-3)],
  }
}

describe('an uploaded photo', () => {
  it.each([
    ['of grey', { color: 0, pixel: [90] }, [90, 90, 90]],
    ['of grey with transparency', { color: 4, pixel: [90, 255] }, [90, 90, 90]],
    ['of colours', { color: 2, pixel: [10, 20, 30] }, [10, 20, 30]],
    ['of transparent colours', { color: 6, pixel: [10, 20, 30, 0] }, [255, 255, 255]],
    ['of a palette', { color: 3, pixel: [1], palette: Buffer.from([0, 0, 0, 7, 8, 9]) }, [7, 8, 9]],
    ...[1, 2, 3, 4].map(
      (filter) =>
        [
          `with the filter ${filter}`,
          { color: 2, pixel: [200, 20, 30], filter },
          [200, 20, 30],
        ] as const,
    ),
  ] as const)('%s has smaller sizes', async (_, kind, expected) => {
    expect((await upload(pngOf(200, 150, kind))).status).toBe(200)
    expect(await pictureOf(96)).toEqual({ width: 96, height: 96, first: expected, last: expected })
    expect(await pictureOf(240)).toBe(404)
  })

  it('says which sizes it has', async () => {
    const bytes = pngOf(120, 120, { color: 2, pixel: [1, 2, 3] })
    await upload(bytes)
    expect(await json('/photo')).toMatchObject({ id: '120x120', width: 120, height: 120 })
    const { value } = await json('/photos')
    expect((value as { id: string }[]).map(({ id }) => id)).toEqual([
      '48x48',
      '64x64',
      '96x96',
      '120x120',
    ])
    expect(await json('/photos/48x48')).toMatchObject({ id: '48x48', width: 48 })
    expect(await json('/photos/648x648')).toMatchObject({ id: '1x1', width: 1, height: 1 })
    const own = await call('/photos/120x120/$value')
    expect(Buffer.from(await own.arrayBuffer())).toEqual(bytes)
    expect(own.headers.get('etag')).not.toBe(
      (await call('/photos/48x48/$value')).headers.get('etag'),
    )
  })

  it.each([
    ['a JPEG', Buffer.from('ffd8ffe000040000ffc0000b080078007803', 'hex'), '120x120'],
    ['a GIF', Buffer.from('474946383961780078', 'hex'), '1x1'],
    ['16 bits', pngOf(120, 120, { color: 0, pixel: [1, 1], depth: 16 }), '120x120'],
    ['interlaced', pngOf(120, 120, { color: 0, pixel: [1], interlace: 1 }), '120x120'],
    ['an unknown kind', pngOf(120, 120, { color: 5, pixel: [1] }), '120x120'],
  ])('%s is not made smaller, and sent as it is', async (_, bytes, id) => {
    expect((await upload(bytes)).status).toBe(200)
    expect(await json('/photo')).toMatchObject({ id })
    expect(await pictureOf(48)).toBe(404)
    expect(await json('/photos/48x48')).toMatchObject({ id: '1x1' })
    const whole = await call('/photo/$value')
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes)
  })

  it('that is broken or too large is sent as it is only', async () => {
    const good = pngOf(120, 120, { color: 2, pixel: [1, 2, 3] })
    for (const bytes of [
      good.subarray(0, 60),
      Buffer.concat([good.subarray(0, 50), Buffer.alloc(40)]),
    ]) {
      await upload(bytes)
      expect(await pictureOf(48)).toBe(404)
    }
    const short = Buffer.from(good)
    short.writeUInt32BE(200, 20)
    await upload(short)
    expect(await pictureOf(48)).toBe(404)
    await upload(pngOf(2_001, 2_000, { color: 0, pixel: [1] }))
    expect(await pictureOf(48)).toBe(404)
    const bomb = Buffer.from(good)
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    await upload(bomb)
    expect(await pictureOf(48)).toBe(404)
  })
})

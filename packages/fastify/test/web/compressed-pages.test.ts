/** Pages that are compressed for a browser: all that is the same for everybody, and nothing of one person. */
import { constants, gunzipSync } from 'node:zlib'
import { propertyRuns } from '@gatehouse/test-support/properties'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import * as fc from 'fast-check'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { acceptsGzip, fixedText, gzipPage, plainPage, type PageWriter } from '../../src/web/gzip.ts'

const filler = '<p>The same for everybody.</p>'.repeat(100)
const html = `<!doctype html><html><head></head><body>${filler}
<script id="session-answer" type="application/json"></script><div id="root"></div>
<script id="first-answers" type="application/json"></script></body></html>`
const built = { root: import.meta.dirname, html, headers: {} }
const gatehouse = useTestApp({ built, firstAnswersMs: 10_000 })

const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

/** A page, byte by byte. */
async function page(path: string, headers: Readonly<Record<string, string>>) {
  const answer = await request(gatehouse().origin + path, {
    headers: { host: 'localhost:5173', ...headers },
  })
  return { headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) }
}

async function signedIn(): Promise<string> {
  const browser = gatehouse().browser()
  await browser.signIn()
  return (await browser.cookieHeader()) ?? ''
}

describe('a page for a browser that takes gzip', () => {
  it('is the page, with its answers', async () => {
    const headers = { ...navigation, cookie: await signedIn(), 'accept-encoding': 'gzip, br' }
    const compressed = await page('/users', headers)
    expect(compressed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/html; charset=utf-8',
      vary: 'Cookie, Accept-Encoding',
    })
    const text = gunzipSync(compressed.bytes).toString()
    expect(text).toContain(filler)
    expect(text).toMatch(/"signedIn":true[^]*"users":\[[^]*<\/html>$/)
    expect(compressed.bytes.length).toBeLessThan(text.length - filler.length * 0.9)
  })

  it('is as long as what was searched for and found: nothing of it is compressed', async () => {
    const cookie = await signedIn()
    const saved = async (search: string) => {
      const path = `/users?q=${search}`
      const { bytes } = await page(path, { ...navigation, cookie, 'accept-encoding': 'gzip' })
      const text = gunzipSync(bytes).toString()
      expect(bytes.toString('latin1')).toContain(`"/api/users?top=25&sort=name&search=${search}"`)
      return text.length - bytes.length
    }
    const name = 'local-tenant.example'
    expect(await saved(name.repeat(3))).toBe(await saved('x'.repeat(name.length * 3)))
  })

  it('is compressed as a whole if it brings no answers', async () => {
    const prefetch = { 'sec-purpose': 'prefetch', 'accept-encoding': 'gzip' }
    const { headers, bytes } = await page('/users', { ...navigation, ...prefetch })
    expect(headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(bytes).toString()).toBe(html)
  })
})

describe('a page for anybody else', () => {
  it.each(['', 'identity', 'br', 'gzip;q=0', '*;q=0'])('is plain: “%s”', async (accepted) => {
    const { headers, bytes } = await page('/', { ...navigation, 'accept-encoding': accepted })
    expect(headers).not.toHaveProperty('content-encoding')
    expect(headers['vary']).toBe('Cookie, Accept-Encoding')
    expect(bytes.toString()).toContain('"signedIn":false')
  })

  it.each(['gzip', 'GZIP', 'br, gzip;q=0.1', '*'])('takes gzip if it says so: “%s”', (accepted) => {
    expect(acceptsGzip(accepted)).toBe(true)
  })
})

const texts = fc.array(fc.tuple(fc.boolean(), fc.string({ unit: 'binary', maxLength: 300 })), {
  minLength: 1,
})

function write(writer: PageWriter, parts: readonly (readonly [boolean, string])[]): Buffer[] {
  return parts.map(([isFixed, text]) =>
    isFixed ? writer.fixed(fixedText(text)) : writer.personal(text),
  )
}

describe('the parts of a compressed page', () => {
  it('are together what they are apart', () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const gzip = gzipPage()
        const compressed = Buffer.concat([...write(gzip, parts), gzip.end()])
        expect(gunzipSync(compressed)).toEqual(Buffer.concat(write(plainPage, parts)))
      }),
      propertyRuns(500),
    )
  })

  it('may be longer than a block', () => {
    const gzip = gzipPage()
    const text = 'ü'.repeat(100_000)
    const compressed = Buffer.concat([gzip.personal(text), gzip.end()])
    expect(gunzipSync(compressed).toString()).toBe(text)
  })

  it('are readable before the next one comes', () => {
    const first = gzipPage().fixed(fixedText('<head>'))
    expect(gunzipSync(first, { finishFlush: constants.Z_SYNC_FLUSH }).toString()).toBe('<head>')
  })
})

/** What an app looks like, put into the page by the build. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Appearance } from '@gatehouse/contract/appearance'
import { appAppearance } from '../vite/document/appearance.ts'

const folder = join(import.meta.dirname, '../public')
const written: string[] = []
afterEach(() => {
  for (const path of written.splice(0)) rmSync(path)
})

const ours: Appearance = { name: 'Gatehouse', logo: 'logo.svg', brandColor: '#0f6cbd' }

function html(appearance: Appearance, template = '<title>%APP_NAME%</title><img src="%LOGO%">') {
  const { transformIndexHtml } = appAppearance(appearance) as unknown as {
    transformIndexHtml: { handler: (html: string) => string }
  }
  return transformIndexHtml.handler(template)
}

function css(appearance: Appearance, code: string): string {
  const { transform } = appAppearance(appearance) as unknown as {
    transform: { handler: (code: string) => { code: string } }
  }
  return transform.handler(code).code
}

describe('the name', () => {
  test('is text in the page, whatever its characters', () => {
    const page = html({ ...ours, name: 'A & B <b> "$&" %LOGO%' })
    expect(page).toContain('<title>A &#38; B &#60;b&#62; &#34;$&#38;&#34;')
  })
})

describe('the colours', () => {
  const rule = 'a{color:#0f6cbd;background:#115EA3;border-color:#abcdef}'

  test('stay Fluent’s with its own', () => {
    expect(css(ours, rule)).toBe(rule.replace('115EA3', '115ea3'))
  })

  test('are all shades of the app’s', () => {
    const own = css({ ...ours, brandColor: '#0b6a0b' }, rule)
    expect(own).not.toMatch(/0f6cbd|115ea3/i)
    expect(own).toContain('border-color:#abcdef')
  })

  test('are in the logo too', () => {
    const page = html({ ...ours, brandColor: '#0b6a0b' })
    expect(page).toContain('data:image/svg+xml,')
    expect(page).not.toContain('0f6cbd')
    expect(html(ours)).toContain('0f6cbd')
  })
})

describe('the logo', () => {
  test('of a few kB is in the page, and a larger one is a file', () => {
    for (const [name, size] of [
      ['test-small.png', 4_096],
      ['test-large.png', 4_097],
    ] as const) {
      const path = join(folder, name)
      writeFileSync(path, Buffer.alloc(size, 1))
      written.push(path)
    }
    expect(html({ ...ours, logo: 'test-small.png' })).toContain('src="data:image/png;base64,AQEB')
    expect(html({ ...ours, logo: 'test-large.png' })).toContain('src="/test-large.png"')
  })

  test('of ours costs less than 400 bytes on the wire', () => {
    expect(brotliCompressSync(html(ours)).length).toBeLessThan(400)
  })

  test.each([
    [{ logo: 'absent.svg' }, 'appearance.logo is "absent.svg", which web/public does not have.'],
    [{ logo: '../index.html' }, 'appearance.logo has to be'],
    [{ brandColor: 'blue' }, 'appearance.brandColor has to be'],
    [{ name: '' }, 'appearance.name has to have 1 to 60 characters.'],
    [{ support: 'nobody' }, 'appearance.support has to be'],
  ])('and every other value is checked before anything is built: %j', (values, sentence) => {
    expect(() => appAppearance({ ...ours, ...values })).toThrow(sentence)
  })
})

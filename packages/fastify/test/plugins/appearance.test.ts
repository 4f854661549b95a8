/** The pages that the server writes itself look like the app. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Appearance, AppearanceError } from '@gatehouse/contract/appearance'
import { gatehouse } from '@gatehouse/fastify'
import { escapeHtml } from '../../src/html-page.ts'
import { useOwnApps } from '../support/own-apps.ts'

const { config, newApp } = useOwnApps('http://localhost:5173')

async function pageOf(
  appearance: Appearance | undefined,
): Promise<{ text: string; policy: string }> {
  const app = newApp()
  await app.register(gatehouse, { config: config(), appearance })
  const headers = { host: 'localhost:5173', accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  const answer = await app.inject({ url: '/api/nothing', headers })
  return { text: answer.body, policy: String(answer.headers['content-security-policy']) }
}

const expenses: Appearance = { name: 'A & B', logo: 'logo.svg', brandColor: '#0b6a0b' }

describe('a page of the server', () => {
  it('has the name, the colour and the way to support', async () => {
    const { text, policy } = await pageOf({ ...expenses, support: 'help@example.com' })
    expect(text).toContain('<title>Page not found · A &amp; B</title>')
    expect(text).not.toContain('0f6cbd')
    expect(text).toContain('Need help? <a href="mailto:help@example.com">help@example.com</a>')
    const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(policy).toContain(`style-src 'sha256-${hash}'`)
  })

  it('has none of them without an appearance, and no link without an address', async () => {
    const { text } = await pageOf(undefined)
    expect(text).toContain('<title>Page not found</title>')
    expect(text).toContain('background:#0f6cbd')
    expect((await pageOf(expenses)).text).not.toContain('Need help?')
  })

  it.each([
    ['name', { name: '' }],
    ['brandColor', { brandColor: 'red;}' }],
    ['support', { support: 'javascript:alert(1)' }],
  ])('cannot have a %s that is no such thing', async (field, values) => {
    const failure = await pageOf({ ...expenses, ...values }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AppearanceError)
    expect(failure).toMatchObject({ code: 'invalid_appearance', field })
  })
})

it('writes texts into pages and their attributes as they are', () => {
  expect(escapeHtml(`<a href="/?a=1&b">`)).toBe('&lt;a href=&quot;/?a=1&amp;b&quot;&gt;')
})

import { describe, expect, it } from 'vitest'
import {
  type Appearance,
  AppearanceError,
  checkAppearance,
  supportLink,
  supportName,
} from '../src/appearance/index.ts'

const valid: Appearance = { name: 'Expenses', logo: 'logo.svg', brandColor: '#0B6A0b' }

function fieldOf(values: Record<string, unknown>): string {
  try {
    checkAppearance({ ...valid, ...values })
  } catch (error) {
    if (!(error instanceof AppearanceError)) throw error
    const { code, message, field } = error
    return message.startsWith(`appearance.${field} `) ? `${code}: ${field}` : message
  }
  return 'none'
}

describe('an appearance', () => {
  it.each([
    [{}],
    [{ name: 'Ärzte & "Söhne"' }],
    [{ name: '経費' }],
    [{ name: 'x'.repeat(60) }],
    [{ logo: 'our-logo.2.PNG' }],
    [{ support: 'help@example.com' }],
    [{ support: 'https://example.com/help?app=1' }],
  ])('may have %j', (values) => {
    expect(fieldOf(values)).toBe('none')
  })

  it.each([
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(61)],
    ['name', 'two\nlines'],
    ['name', 7],
    ['name', undefined],
    ['brandColor', 'red'],
    ['brandColor', '#fff'],
    ['brandColor', '#0f6cbd80'],
    ['brandColor', '0f6cbd'],
    ['brandColor', null],
    ['logo', '../secret.svg'],
    ['logo', 'images/logo.svg'],
    ['logo', 'logo.html'],
    ['logo', '.svg'],
    ['logo', ''],
    ['support', ''],
    ['support', 'help'],
    ['support', 'http://example.com'],
    ['support', 'javascript:alert(1)'],
    ['support', 'a@example.com?subject=x'],
    ['support', 'https://'],
    ['support', 5],
  ])('cannot have the %s %j', (field, value) => {
    expect(fieldOf({ [field]: value })).toBe(`invalid_appearance: ${field}`)
  })

  it('has a name without spaces around it', () => {
    expect(checkAppearance({ ...valid, name: '  Expenses ' }).name).toBe('Expenses')
  })
})

describe('the link to support', () => {
  it.each([
    ['help@example.com', 'mailto:help@example.com'],
    ['a+b@example.com', 'mailto:a%2Bb@example.com'],
    ['https://example.com/help', 'https://example.com/help'],
    ['javascript:alert(1)@x.y', 'mailto:javascript%3Aalert(1)@x.y'],
    ['nobody', undefined],
  ])('of %s is %s', (support, link) => {
    expect(supportLink(support)).toBe(link)
  })

  it.each([
    ['help@example.com', 'help@example.com'],
    ['https://example.com/help', 'example.com/help'],
  ])('of %s reads %s', (support, name) => {
    expect(supportName(support)).toBe(name)
  })
})

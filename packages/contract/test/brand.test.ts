import { describe, expect, it } from 'vitest'
import { brandShades, fluentBrand, fluentShades } from '../src/appearance/brand.ts'

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const brands = ['#0b6a0b', '#c50f1f', '#ffb900', '#8764b8', '#000000', '#ffffff', '#00ffff']

describe('the shades of a brand color', () => {
  it('are Fluent’s own for its own color', () => {
    const shades = brandShades(fluentBrand.toUpperCase())
    expect([...shades.values()]).toEqual(fluentShades)
  })

  it.each(brands)('of %s can be read as Fluent’s can', (brand) => {
    const shades = brandShades(brand)
    const shade = (of: string) => shades.get(of) ?? ''
    for (const one of fluentShades) expect(shade(one)).toMatch(/^#[0-9a-f]{6}$/)
    // A button: white on it, at rest, hovered and pressed. Links and text: on white, and on the dark background.
    for (const one of ['#0f6cbd', '#115ea3', '#0c3b5e', '#0f548c']) {
      expect(contrast(shade(one), '#ffffff')).toBeGreaterThanOrEqual(4.5)
    }
    for (const one of ['#479ef5', '#62abf5']) {
      expect(contrast(shade(one), '#292929')).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(shade('#115ea3'), shade('#ebf3fc'))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(shade('#62abf5'), shade('#082338'))).toBeGreaterThanOrEqual(4.5)
  })

  it('keep the hue', () => {
    const green = brandShades('#0b6a0b').get('#0f6cbd') ?? ''
    const channel = (at: number) => Number.parseInt(green.slice(at, at + 2), 16)
    expect(channel(3)).toBeGreaterThan(2 * channel(1))
    expect(channel(3)).toBeGreaterThan(2 * channel(5))
  })
})

/** The table of figures in docs/performance.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Figure, figuresIn, withFigures } from '../bench/figures.ts'

const figures: Figure[] = [
  { name: '/api/me: CPU', value: 1.304, unit: '×', goal: 1.35, others: 0.012 },
  { name: 'A sign-in: CPU', value: 3.004, unit: 'ms', goal: 3, others: 0.5 },
]
const text = 'Before\n\n<!-- figures -->\n\n| old | 1.00 × |\n\n<!-- end of figures -->\n\nAfter\n'

describe('the table of figures', () => {
  it('replaces the one before, and says what was met', () => {
    const written = withFigures(text, figures)
    expect(written).toMatch(/^Before\n\n<!-- figures -->/)
    expect(written).toMatch(/<!-- end of figures -->\n\nAfter\n$/)
    expect(written).not.toContain('old')
    expect(written).toContain('| /api/me: CPU   | 1.30 ×  | 1.35 ×  | met     | 1 %           |')
    // Missed by a hair, which the figure does not show.
    expect(written).toContain('| A sign-in: CPU | 3.00 ms | 3.00 ms | missed')
    expect(withFigures(written, figures)).toBe(written)
  })

  it('is read again for the next release', () => {
    expect([...figuresIn(withFigures(text, figures))]).toEqual([
      ['/api/me: CPU', '1.30 ×'],
      ['A sign-in: CPU', '3.00 ms'],
    ])
  })

  it('has its place in the document, and a document without one is not overwritten', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../docs/performance.md'), 'utf8')
    expect(withFigures(document, figures)).toContain('## How it is measured')
    expect(() => withFigures('Nothing', figures)).toThrow('has no place for figures')
  })
})

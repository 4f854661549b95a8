/** A user looks the same on the pages of the tenant and of the app, although neither imports the other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateUsers } from '@gatehouse/tenant'
import { describe, expect, it, vi } from 'vitest'
import { avatarColour as ofTenant } from '../packages/tenant/src/pages/person.ts'
import { root } from './imports.ts'

vi.mock('../web/src/ui/avatar.module.css', () => ({ default: {} }))
// By a variable: the types of these tests know no JSX.
const avatar = join(root, 'web/src/ui/avatar.tsx')
const { avatarColour: ofApp } = (await import(avatar)) as {
  avatarColour: (id: string) => number
}

/** The colours of a style sheet's avatars, by number. */
function colours(path: string, selector: string): string[][] {
  const css = readFileSync(join(root, path), 'utf8')
  const rule = new RegExp(
    `\\.${selector}(\\d+) \\{\\s*color: ([^;]+);\\s*background: ([^;]+);`,
    'g',
  )
  return [...css.matchAll(rule)].map(([, ...parts]) => parts)
}

describe('the colour of an avatar', () => {
  it('has the same number for each user of the directory', () => {
    const ids = generateUsers(2_000).map(({ id }) => id)
    expect(ids.map(ofTenant)).toEqual(ids.map(ofApp))
    expect(new Set(ids.map(ofTenant)).size).toBe(12)
  })

  it('is the same in both style sheets', () => {
    const app = colours('web/src/ui/tokens.generated.css', 'avatar-')
    expect(app).toHaveLength(12)
    expect(colours('packages/tenant/src/pages/style.css', 'hue')).toEqual(app)
  })
})

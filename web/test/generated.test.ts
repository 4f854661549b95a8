import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { avatarColours, tokensCss } from '../generate/tokens.ts'
import { avatarColour } from '../src/ui/avatar.tsx'

const read = (file: string) => readFileSync(new URL(`../src/ui/${file}`, import.meta.url), 'utf8')

describe('what is generated from Fluent', () => {
  test('is up to date: the tokens', () => {
    expect(read('tokens.generated.css')).toBe(tokensCss())
  })

  test('has a colour for every person', () => {
    const numbers = Array.from({ length: 2000 }, (_, id) => avatarColour(`person-${id}`))
    expect(new Set(numbers)).toEqual(new Set(avatarColours.keys()))
  })
})

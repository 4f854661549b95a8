import { describe, expect, test } from 'vitest'
import { jsonPieces } from '../src/pages/claims/claim-json.ts'
import {
  explainAll,
  groupNames,
  isIdentifier,
  matches,
  plainText,
  textToCopy,
  timeOf,
} from '../src/pages/claims/claim-list.ts'
import { explanations } from '../src/pages/claims/explanations.ts'
import { isSetBack } from '../src/pages/claims/strip.tsx'

describe('explanations of claims', () => {
  test('exist for at least 24 claims', () => {
    expect(Object.keys(explanations).length).toBeGreaterThanOrEqual(24)
  })

  test.each(Object.entries(explanations))('%s has a label, a meaning and a place', (_, claim) => {
    expect(claim.label).toMatch(/^[A-Z]/)
    expect(claim.meaning).toMatch(/^[A-Z0-9].+\.$/)
    expect(groupNames).toContain(claim.group)
    expect(['text', 'id', 'time', 'list', 'code']).toContain(claim.kind)
  })

  test('are of claims alone, and not of what every object has', () => {
    for (const claim of explainAll({ constructor: 'x', toString: 'y', valueOf: 1 })) {
      expect(claim).toMatchObject({ known: false, group: 'other' })
    }
  })

  test('recommend only values that never change as keys', () => {
    const keys = Object.keys(explanations).filter((name) => explanations[name]?.use === 'key')
    expect(keys.toSorted()).toEqual(['oid', 'sub', 'tid'])
  })
})

describe('the list of claims', () => {
  test('has every claim of the token, also unknown ones', () => {
    const claims = { zeta: [1, 2], tid: 't', oid: 'o', constructor: 'hostile', name: 'Ada' }
    const names = explainAll(claims).map(({ name }) => name)
    expect(names).toEqual(['name', 'oid', 'tid', 'constructor', 'zeta'])
  })

  test('calls an unknown claim custom, and shows it by the type of its value', () => {
    const [list, flag, text] = explainAll({ aList: ['x'], bFlag: true, cText: 'x' })
    expect(list).toMatchObject({ known: false, group: 'other', kind: 'list' })
    expect(flag).toMatchObject({ known: false, kind: 'code' })
    expect(text).toMatchObject({ known: false, kind: 'text' })
  })

  test('is filtered by name, words and value, in any case', () => {
    const [claim] = explainAll({ roles: ['Approver'] })
    if (!claim) throw new Error('no claim')
    expect(matches(claim, ' APPROVER ')).toBe(true)
    expect(matches(claim, 'roles')).toBe(true)
    expect(matches(claim, 'assigned to you')).toBe(true)
    expect(matches(claim, 'nonce')).toBe(false)
  })

  test('is filtered by the words of the badges', () => {
    const named = explainAll({ oid: 'o', sub: 's', tid: 't', aio: 'a', name: 'n', roles: ['r'] })
    const found = (filter: string) =>
      named.filter((claim) => matches(claim, filter)).map(({ name }) => name)
    expect(found('stable')).toEqual(['oid', 'sub', 'tid'])
    expect(found('authorization')).toEqual(['roles'])
    expect(found('display only')).toEqual(['name'])
    expect(found('Internal')).toEqual(['aio'])
  })

  test('copies a text as it is and everything else as JSON', () => {
    expect(plainText('a"b')).toBe('a"b')
    expect(plainText({ a: [1] })).toBe('{"a":[1]}')
  })

  test('copies a time in UTC with the number of the token, and a number that is no time as it is', () => {
    const copied = (claims: Record<string, unknown>) => explainAll(claims).map(textToCopy)
    expect(copied({ exp: 1_795_733_734 })).toEqual(['2026-11-26T22:55:34Z (1795733734)'])
    expect(copied({ exp: -1, shoe_size: 1_795_733_734 })).toEqual(['-1', '1795733734'])
  })

  test.each([
    ['7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390', true],
    ['https://login.example/v2.0', true],
    ['urn:x', true],
    ['Nora Hill', false],
    ['see https://x.example here', false],
    ['', false],
  ])('takes %j for an identifier: %s', (text, is) => {
    expect(isIdentifier(text)).toBe(is)
  })

  test('accepts only a number in range as a time', () => {
    expect(timeOf(1_795_000_000)).toBe(1_795_000_000_000)
    for (const value of ['1795000000', -1, 1e300, Number.NaN, null]) {
      expect(timeOf(value)).toBeUndefined()
    }
  })
})

describe('the claims as JSON', () => {
  const claims = {
    iat: 1_795_733_734,
    name: 'a "b": 1, {\u202e}\\',
    list: ['x', -1.5e3, null],
    custom: { iat: 1, empty: {}, off: false },
    exp: 'never',
    acct: 1,
  }

  test('are whole, whatever they contain', () => {
    const whole = jsonPieces(claims, false).map(({ text }) => text)
    expect(whole.join('')).toBe(JSON.stringify(claims, null, 2))
  })

  test('have names, strings and numbers apart', () => {
    const texts = (kind: string) =>
      jsonPieces(claims, false).flatMap((piece) => (piece.kind === kind ? [piece.text] : []))
    expect(texts('name')).toEqual(
      ['iat', 'name', 'list', 'custom', 'iat', 'empty', 'off', 'exp', 'acct'].map(
        (name) => `"${name}"`,
      ),
    )
    expect(texts('string')).toEqual([JSON.stringify(claims.name), '"x"', '"never"'])
    expect(texts('number')).toEqual(['1795733734', '-1500', 'null', '1', 'false', '1'])
    expect(texts('comment')).toEqual([])
  })

  test('have a comment behind each time of the token, and behind nothing else', () => {
    const pieces = jsonPieces(claims, true)
    const comments = pieces.flatMap(({ kind, text }) => (kind === 'comment' ? [text] : []))
    expect(comments).toEqual([' // 2026-11-26T22:55:34Z'])
    const json = pieces.filter(({ kind }) => kind !== 'comment').map(({ text }) => text)
    expect(JSON.parse(json.join(''))).toEqual(claims)
  })
})

test('a time of issue is explained if it is about five minutes before the token came', () => {
  const minute = 60_000
  const at = [0, 3, 5, 6, 8, -5].filter((minutes) => isSetBack(0, minutes * minute))
  expect(at).toEqual([5, 6])
})

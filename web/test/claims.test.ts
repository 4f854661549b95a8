import { describe, expect, test } from 'vitest'
import {
  explainAll,
  groupNames,
  matches,
  plainText,
  timeOf,
} from '../src/pages/claims/claim-list.ts'
import { explanations } from '../src/pages/claims/explanations.ts'

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

  test('copies a text as it is and everything else as JSON', () => {
    expect(plainText('a"b')).toBe('a"b')
    expect(plainText({ a: [1] })).toBe('{"a":[1]}')
  })

  test('accepts only a number in range as a time', () => {
    expect(timeOf(1_795_000_000)).toBe(1_795_000_000_000)
    for (const value of ['1795000000', -1, 1e300, Number.NaN, null]) {
      expect(timeOf(value)).toBeUndefined()
    }
  })
})

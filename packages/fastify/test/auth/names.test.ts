import { describe, expect, it } from 'vitest'
import { userOf } from '../../src/session/record.ts'

const ids = { oid: 'o', tid: 't' }
const nameOf = (claims: Record<string, unknown>) =>
  userOf({ ...ids, ...claims } as Parameters<typeof userOf>[0]).name

describe('the name of a signed-in user', () => {
  it.each([[undefined], [''], [' '], ['\u202E\u2066'], [5], [['Ada']]])(
    'is the user name if the token has none to see: %j',
    (name) => {
      expect(nameOf({ name, preferred_username: 'ada@x.test' })).toBe('ada@x.test')
      expect(nameOf({ name, preferred_username: ' ' })).toBe('Signed-in user')
      expect(nameOf({ name })).toBe('Signed-in user')
    },
  )

  it('turns no line round', () => {
    expect(nameOf({ name: '\u202Ecba' })).toBe('cba')
  })
})

import { describe, expect, it } from 'vitest'
import { people } from '@gatehouse/tenant/testing'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { userOf } from '../../src/session/record.ts'

const gatehouse = useTestApp()
const ids = { oid: 'o', tid: 't' }
const nameOf = (claims: Record<string, unknown>) =>
  userOf({ ...ids, ...claims } as Parameters<typeof userOf>[0]).name

describe('a guest', () => {
  const isGuest = (acct: unknown) =>
    userOf({ ...ids, acct } as unknown as Parameters<typeof userOf>[0]).guest

  it('is known by the claim acct alone', () => {
    expect(isGuest(1)).toBe(true)
    for (const acct of [0, undefined, null, '1', true, [1], 2]) expect(isGuest(acct)).toBe(false)
  })

  it('is named as such to the page', async () => {
    for (const [user, guest] of [
      [people(gatehouse().tenant).guest, true],
      [people(gatehouse().tenant).first, false],
    ] as const) {
      const browser = gatehouse().browser()
      await browser.signIn({ user: user.userPrincipalName })
      expect((await browser.get('/api/me')).json()).toMatchObject({ guest })
    }
  })
})

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

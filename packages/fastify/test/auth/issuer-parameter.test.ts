import { describe, expect, it } from 'vitest'
import { expectRefusedSignIn } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

type Iss = string | null

describe('the issuer that an authorization response names (RFC 9207)', () => {
  const plain = useTestApp()
  const advertising = useTestApp({ tenant: { issParameter: true } })

  function patched(gatehouse: typeof plain, iss: Iss) {
    gatehouse().tenant.faults.set({ at: 'authorize', kind: 'authorizeResponse', patch: { iss } })
    return () => gatehouse().browser().signIn()
  }

  it.each<[string, (issuer: string) => Iss]>([
    ['another issuer', () => 'https://evil.test'],
    ['ours and a slash', (issuer) => `${issuer}/`],
    ['empty', () => ''],
  ])('is refused if it is %s', async (_what, spoil) => {
    const { origin, tenantId } = plain().tenant
    const send = patched(plain, spoil(`${origin}/${tenantId}/v2.0`))
    expect(await expectRefusedSignIn(plain(), send)).toBe('not_verified')
    expect(tokenRequests(plain().tenant)).toEqual([])
  })

  it('may be absent, as with Entra, if it is not advertised', async () => {
    expect((await plain().browser().signIn()).location).toBe('/')
  })

  it('must be present if it is advertised', async () => {
    expect((await advertising().browser().signIn()).location).toBe('/')
    advertising().tenant.journal.clear()
    await expectRefusedSignIn(advertising(), patched(advertising, null))
    expect(tokenRequests(advertising().tenant)).toEqual([])
  })
})

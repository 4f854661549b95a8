import { describe, expect, it } from 'vitest'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { expectRefusedSignIn } from '../support/refused-sign-in.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function keyFetches(): number {
  return gatehouse().tenant.journal.count('keys')
}

describe('the signing keys', () => {
  it('are fetched once for many sign-ins', async () => {
    await Promise.all(Array.from({ length: 5 }, () => gatehouse().browser().signIn()))
    expect(keyFetches()).toBeLessThanOrEqual(1)
  })

  it('may be rotated between two sign-ins, at the cost of one fetch', async () => {
    await gatehouse().browser().signIn()
    gatehouse().tenant.journal.clear()
    gatehouse().tenant.rotateKeys()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => gatehouse().browser().signIn()),
    )
    expect(answers.map(({ location }) => location)).toEqual(Array(5).fill('/'))
    expect(keyFetches()).toBe(1)
  })

  it('may be rotated just before a token is signed, and again right after', async () => {
    for (let round = 0; round < 2; round += 1) {
      const browser = gatehouse().browser()
      const callback = await browser.callbackFrom(await browser.startSignIn())
      gatehouse().tenant.rotateKeys()
      expect((await browser.get(callback)).location).toBe('/')
    }
  })

  it('may be several, and a token that names none of them is refused', async () => {
    gatehouse().tenant.rotateKeys({ keepOld: true })
    expect((await gatehouse().browser().signIn()).location).toBe('/')
    gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', variant: 'kid-missing' })
    await expectRefusedSignIn(gatehouse(), () => gatehouse().browser().signIn())
  })

  it('are not fetched again and again for an unknown key', async () => {
    await gatehouse().browser().signIn()
    gatehouse().tenant.journal.clear()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', variant: 'kid-unknown' })
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expectRefusedSignIn(gatehouse(), () => gatehouse().browser().signIn())
    }
    expect(keyFetches()).toBeLessThanOrEqual(1)
  })

  it.each([
    ['HTML', { kind: 'respond', status: 200, body: '<h1>hello</h1>' }],
    ['an error', { kind: 'respond', status: 500, body: {} }],
    ['no list', { kind: 'respond', status: 200, body: { keys: 'all' } }],
    [
      'ten thousand keys',
      {
        kind: 'respond',
        status: 200,
        body: { keys: Array.from({ length: 10_000 }, () => ({ kty: 'RSA' })) },
      },
    ],
    [
      'nothing that is a key',
      { kind: 'respond', status: 200, body: { keys: [null, 5, {}, { kty: 'oct', k: 'AA' }] } },
    ],
    ['a redirect', { kind: 'respond', status: 302, headers: { location: 'https://evil.test' } }],
    ['20 MB', { kind: 'huge', bytes: 20_000_000 }],
    ['no answer', { kind: 'reset' }],
  ] as const)('refuse a sign-in if they are %s, and accept one later', async (_what, fault) => {
    const app = await startGatehouse()
    try {
      app.tenant.faults.set({ at: 'keys', ...fault })
      await expectRefusedSignIn(app, () => app.browser().signIn())
      app.tenant.faults.clear()
      app.advance(60_000)
      expect((await app.browser().signIn()).location).toBe('/')
    } finally {
      await app.close()
    }
  })
})

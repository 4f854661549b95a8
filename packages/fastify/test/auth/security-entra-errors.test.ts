import { beforeEach, describe, expect, it } from 'vitest'
import { callbackAt } from '../support/callback-at.ts'
import { expectRefusedSignIn, problemPageCode } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ oneClock: true, config: { rateLimits: { perAddress: 10_000 } } })
/** A refusal of the app's credential is remembered for half a minute. */
beforeEach(() => gatehouse().advance(31_000))

/** Microsoft's published numbers, and the code of the page that the user gets. */
const told: Record<string, number[]> = {
  expired: [70008, 54005, 501481, 700005, 50089, 50132, 50133, 50173, 70043, 700082, 700020, 50058],
  consent_required: [65001],
  admin_consent_required: [90094, 90095],
  cancelled: [65004],
  not_assigned: [50105],
  denied: [53000, 53001, 53003, 530032, 50057, 500021, 500022, 500212, 500213],
  other_organisation: [50020, 50034, 16000, 90072],
  misconfigured: [
    700016, 500011, 50011, 7000215, 7000222, 70011, 50194, 90002, 650056, 650057, 7000218, 9002313,
  ],
  unavailable: [90033, 50033, 90006, 90012, 90055],
  failed: [50196, 50008, 99999999],
}
/** These lead back to Microsoft once, before a page is shown: see interaction-sign-in.test.ts. */
const stepUp = [50076, 50079, 50072, 50074, 50078, 50158, 50097]
const cases = Object.entries(told).flatMap(([code, numbers]) =>
  numbers.map((number) => [number, code] as const),
)
const description = 'Contoso\\secret.person@example.test <b>has</b> to call 555'

describe('an error from Microsoft', () => {
  it.each(cases)('AADSTS%d from the token endpoint becomes the page "%s"', async (code, word) => {
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code, description })
    let location = ''
    const shown = await expectRefusedSignIn(gatehouse(), async () => {
      const answer = await gatehouse().browser().signIn()
      location = answer.location
      return answer
    })
    expect(shown).toBe(word)
    expect(decodeURIComponent(location)).not.toMatch(/Contoso|secret|call[ +]555|<b>/)
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
    const line = gatehouse().logs.findLast((one) => one.includes('"event":"sign_in_refused"'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({ code: word, aadsts: code })
  })

  it.each([...cases, ...stepUp.map((code) => [code, 'step_up'] as const)])(
    'AADSTS%d at the callback becomes the page "%s"',
    async (code, word) => {
      const { query, send } = await callbackAt(gatehouse())
      query.delete('code')
      query.set('error', 'some_error')
      query.set('error_description', `AADSTS${code}: ${description}`)
      let location = ''
      const shown = await expectRefusedSignIn(gatehouse(), async () => {
        const answer = await send()
        location = answer.location
        return answer
      })
      expect(shown).toBe(word)
      expect(decodeURIComponent(location)).not.toMatch(/Contoso|secret|call[ +]555|<b>|some_error/)
      expect(tokenRequests(gatehouse().tenant)).toEqual([])
    },
  )

  it.each(stepUp)('AADSTS%d from the token endpoint leads to a step-up', async (code) => {
    const { tenant } = gatehouse()
    tenant.faults.set({ at: 'token', kind: 'aadsts', code, description })
    const browser = gatehouse().browser()
    const again = await browser.signIn()
    expect(new URL(again.location).origin).toBe(tenant.origin)
    const answer = await browser.send(await browser.callbackFrom(again.location))
    expect(problemPageCode(answer)).toBe('step_up')
    expect(decodeURIComponent(answer.location)).not.toMatch(/Contoso|secret|call[ +]555|<b>/)
  })

  it('leads to a page each time, never to a loop, if it requests a sign-in each time', async () => {
    const { tenant } = gatehouse()
    tenant.faults.set({ at: 'authorize', kind: 'aadsts', code: 50058, error: 'login_required' })
    const browser = gatehouse().browser()
    for (let turn = 1; turn <= 3; turn += 1) {
      const answer = await browser.signIn()
      expect([answer.status, problemPageCode(answer)]).toEqual([303, 'expired'])
      expect(tenant.journal.count('authorize')).toBe(turn)
    }
    expect(tokenRequests(tenant)).toEqual([])
    expect(await browser.cookieHeader()).toBe('')
  })
})

describe('a broken token endpoint', () => {
  it.each([
    ['answers 502 with HTML', { kind: 'respond', status: 502, body: '<h1>Bad gateway</h1>' }],
    ['answers 200 with HTML', { kind: 'respond', status: 200, body: '<h1>Welcome</h1>' }],
    ['answers 200 with nothing', { kind: 'respond', status: 200 }],
    ['answers 204', { kind: 'respond', status: 204 }],
    ['answers with 50 MB', { kind: 'huge', bytes: 50_000_000 }],
    ['answers with half of its JSON', { kind: 'respond', status: 200, body: '{"access_token":' }],
    ['answers with a list', { kind: 'respond', status: 200, body: [] }],
    [
      'answers with a redirect',
      { kind: 'respond', status: 307, headers: { location: 'http://[::1]/' } },
    ],
    ['closes the connection', { kind: 'reset' }],
  ] as const)('that %s ends the sign-in within two seconds', async (_what, fault) => {
    gatehouse().tenant.faults.set({ at: 'token', ...fault })
    const began = performance.now()
    const code = await expectRefusedSignIn(gatehouse(), () => gatehouse().browser().signIn())
    expect(code).toMatch(/^(?:failed|unavailable)$/)
    expect(performance.now() - began).toBeLessThan(2000)
    // A connection that broke before any answer is tried once more.
    const attempts = fault.kind === 'reset' ? 2 : 1
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(attempts)
  })

  it('that hangs or drips is given up within ten seconds', { tags: ['thorough'] }, async () => {
    const { tenant } = gatehouse()
    tenant.faults.set({ at: 'token', times: 1, kind: 'hang' })
    tenant.faults.set({
      at: 'token',
      times: 1,
      kind: 'drip',
      bytes: 1,
      everyMs: 300,
      total: 1000,
    })
    const [one, other] = [await callbackAt(gatehouse()), await callbackAt(gatehouse())]
    const began = performance.now()
    const codes = (await Promise.all([one.send(), other.send()])).map(problemPageCode)
    expect(codes).toEqual(['unavailable', 'unavailable'])
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

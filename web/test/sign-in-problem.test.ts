import { describe, expect, test } from 'vitest'
import type { Session } from '@gatehouse/contract/session'
import {
  isForDoctor,
  isOver,
  kindOf,
  problemCodes,
  problemFor,
  validDetails,
} from '../src/pages/sign-in-problem/problems.ts'

describe('the sign-in problem page', () => {
  const promised =
    'expired invalid_link cookies_blocked cancelled denied password consent_required admin_consent_required step_up not_assigned other_organisation misconfigured unavailable unreachable app_unavailable not_verified failed'

  test('knows every code of the back end', () => {
    expect(problemCodes.toSorted()).toEqual(promised.split(' ').toSorted())
  })

  test('says no more than "failed" for a code that it does not know', () => {
    for (const code of [null, '', 'nonsense', 'constructor', '__proto__']) {
      expect(problemFor(code)).toEqual(problemFor('failed'))
    }
  })

  test('names who can fix it by Microsoft’s number, before the code', () => {
    expect(problemFor('misconfigured').owner).toBe('developer')
    expect(problemFor('misconfigured', 'administrator').owner).toBe('administrator')
    expect(problemFor('failed', 'microsoft').owner).toBe('temporary')
    for (const unknown of ['', 'nobody', 'constructor', '__proto__']) {
      expect(problemFor('misconfigured', unknown).owner).toBe('developer')
    }
  })

  test('does not send a person to the developer for what an administrator fixes, or the reverse', () => {
    for (const code of ['misconfigured', 'failed']) {
      expect(problemFor(code, 'administrator').text).toContain('administrator')
      expect(problemFor(code, 'administrator').text).not.toContain('developer')
      expect(problemFor(code, 'developer').text).toContain('developer')
    }
    expect(problemFor('misconfigured', 'administrator').action).toContain('administrator')
  })

  test('shows nothing of the query but a request id and Microsoft’s error number', () => {
    const shown = (query: string) => validDetails(new URLSearchParams(query))
    expect(shown('id=0a-b_9&aadsts=50105')).toEqual({ requestId: '0a-b_9', aadsts: 'AADSTS50105' })
    expect(shown('id=call+0800+now&aadsts=AADSTS1; call us&error_description=x')).toEqual({})
    expect(shown(`id=${'x'.repeat(65)}`)).toEqual({})
  })
})

describe('what a page says of a failed sign-in', () => {
  const texts = problemCodes.map((code) => {
    const { title, text } = problemFor(code)
    return [code, `${title}. ${text}`] as const
  })
  const saying = (pattern: RegExp) =>
    texts.filter(([, text]) => pattern.test(text)).map(([code]) => code)

  test('is of fixed sentences, each with an end', () => {
    for (const [code, text] of texts)
      expect([code, text]).toEqual([code, expect.stringMatching(/\.$/)])
  })

  test('names an administrator only where one is needed, or may help', () => {
    expect(saying(/administrator/).toSorted()).toEqual([
      'admin_consent_required',
      'denied',
      'not_assigned',
      'password',
    ])
  })

  test('names the developer for what is set up wrongly alone', () => {
    expect(saying(/developer/)).toEqual(['misconfigured'])
  })

  test('says of a password that it failed only if Microsoft did', () => {
    expect(saying(/password/i)).toEqual(['password'])
  })

  test('blames Microsoft for what Microsoft did not answer, and the way there for the rest', () => {
    expect(saying(/Microsoft.*(?:unavailable|no usable answer)/)).toEqual(['unavailable'])
    expect(saying(/reach Microsoft/)).toEqual(['unreachable'])
  })

  test('gives no cause where none is known', () => {
    for (const code of ['failed', 'not_verified']) {
      const { title, text, owner } = problemFor(code)
      expect(owner).toBe('unknown')
      expect(`${title} ${text}`).not.toMatch(/your account|organisation|Microsoft|password|you /i)
    }
  })

  test('calls nothing temporary that does not pass', () => {
    const temporary = problemCodes.filter((code) => problemFor(code).owner === 'temporary')
    expect(temporary).toEqual(['app_unavailable', 'unavailable'])
  })

  test('warns of failures, and not of a choice or of what Microsoft asks for first', () => {
    const of = (kind: string) => problemCodes.filter((code) => kindOf(problemFor(code)) === kind)
    expect(of('choice')).toEqual(['cancelled'])
    expect(of('request')).toEqual(['consent_required', 'admin_consent_required', 'step_up'])
  })

  test('sends its developer to the doctor only for what the doctor can see', () => {
    expect(problemCodes.filter((code) => isForDoctor(problemFor(code))).toSorted()).toEqual([
      'app_unavailable',
      'failed',
      'misconfigured',
      'not_verified',
      'unavailable',
      'unreachable',
    ])
  })
})

describe('a failed sign-in of a user who has a session', () => {
  const startedAt = '2026-11-26T10:00:00.000Z'
  const session = { signedIn: true, startedAt } as Extract<Session, { signedIn: true }>
  const over = (code: string, at: string | undefined) =>
    isOver(problemFor(code), session, at === undefined ? undefined : { at })

  test('is over if the session is newer, whatever it was', () => {
    for (const code of problemCodes) expect(over(code, '2026-11-26T09:59:59.000Z')).toBe(true)
  })

  test('is told if it came from within the session, for instance refused consent', () => {
    for (const code of ['consent_required', 'admin_consent_required', 'denied', 'step_up']) {
      expect(over(code, '2026-11-26T10:00:01.000Z')).toBe(false)
    }
  })

  test('is over if nothing was lost, or if this app knows of no failure', () => {
    for (const code of ['expired', 'invalid_link', 'cookies_blocked']) {
      expect(over(code, '2026-11-26T10:00:01.000Z')).toBe(true)
    }
    expect(over('denied', undefined)).toBe(true)
  })
})

import { describe, expect, test } from 'vitest'
import {
  problemCodes,
  problemFor,
  validDetails,
  whoCanFix,
} from '../src/pages/sign-in-problem/problems.ts'

describe('the sign-in problem page', () => {
  const promised =
    'expired invalid_link cookies_blocked cancelled denied password consent_required step_up not_assigned other_organisation misconfigured unavailable unreachable app_unavailable failed'

  test('knows every code of the back end', () => {
    expect(problemCodes.toSorted()).toEqual(promised.split(' ').toSorted())
  })

  test('says no more than "failed" for a code that it does not know', () => {
    for (const code of [null, '', 'nonsense', 'constructor', '__proto__']) {
      expect(problemFor(code)).toBe(problemFor('failed'))
    }
  })

  test('names who can fix it by Microsoft’s number, before the code', () => {
    const problem = problemFor('misconfigured')
    expect(whoCanFix(problem, undefined)).toBe('The developer of this app')
    expect(whoCanFix(problem, 'administrator')).toBe('Your administrator')
    for (const unknown of ['', 'nobody', 'constructor', '__proto__']) {
      expect(whoCanFix(problem, unknown)).toBe('The developer of this app')
    }
  })

  test('shows nothing of the query but a request id and Microsoft’s error number', () => {
    const shown = (query: string) => validDetails(new URLSearchParams(query))
    expect(shown('id=0a-b_9&aadsts=50105')).toEqual({ requestId: '0a-b_9', aadsts: 'AADSTS50105' })
    expect(shown('id=call+0800+now&aadsts=AADSTS1; call us&error_description=x')).toEqual({})
    expect(shown(`id=${'x'.repeat(65)}`)).toEqual({})
  })
})

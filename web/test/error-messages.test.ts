import { describe, expect, test } from 'vitest'
import {
  type InteractionReason,
  type Problem,
  type ProblemCode,
  problemStatus,
} from '@gatehouse/contract/problem'
import { ApiProblem } from '@gatehouse/react'
import { messageFor, scopeText } from '../src/api/error-messages.ts'

const codes = Object.keys(problemStatus) as ProblemCode[]

const interaction = (problem: Partial<Problem>) =>
  messageFor(new ApiProblem('interaction_required', 401, { problem }))

describe('a failed call', () => {
  test.each(codes)('with the code %s has a message', (code) => {
    const message = messageFor(new ApiProblem(code, problemStatus[code]))
    expect(message.title).not.toBe('')
    expect(message.text).toMatch(/\.$/)
  })

  test.each(codes)('of an API with the code %s has a message that blames no other API', (code) => {
    const problem = { api: 'orders' }
    const message = messageFor(new ApiProblem(code, problemStatus[code], { problem }))
    expect(message.text).toMatch(/\.$/)
    expect(`${message.title} ${message.text}`).not.toContain('Microsoft Graph')
  })

  test.each(['upstream_failed', 'upstream_timeout'] as const)(
    'of an API names that API: %s',
    (code) => {
      const title = (api: string) =>
        messageFor(new ApiProblem(code, 502, { problem: { api } })).title
      expect(title('orders')).toBe('orders did not answer')
      expect(title('graph')).toBe('Microsoft Graph did not answer')
    },
  )

  test('of an API uses the name that its operator gave it, also for Graph', () => {
    const title = (api: string) => {
      const problem = { api, apiName: 'Order service' }
      return messageFor(new ApiProblem('upstream_failed', 502, { problem })).title
    }
    expect(title('orders')).toBe('Order service did not answer')
    expect(title('graph')).toBe('Order service did not answer')
  })

  test.each(['invalid_request', 'internal', 'misconfigured'] as const)(
    'of an API that would be refused again offers no repetition: %s',
    (code) => {
      const problem = { api: 'graph' }
      const { action } = messageFor(new ApiProblem(code, problemStatus[code], { problem }))
      expect(action.kind).toBe('details')
    },
  )

  test('is a failure of this app if its code is unknown', () => {
    const code = 'brand_new' as ProblemCode
    expect(messageFor(new ApiProblem(code, 500)).title).toBe('Something went wrong on our side')
  })

  test('names the permissions in words if consent is missing', () => {
    const message = interaction({ reason: 'consent', scopes: ['Mail.Read', 'Made.Up'] })
    expect(message.title).toContain('administrator')
    expect(message.text).toBe('It needs “Read your mail” and “Made.Up”.')
    expect(message.action.kind).toBe('ask')
    expect(interaction({ reason: 'consent' }).text).toContain('a permission')
  })

  test('says what to do if Microsoft requires a confirmation', () => {
    expect(interaction({ reason: 'step_up' })).toMatchObject({
      title: 'Microsoft asks you to confirm it is you',
      action: { kind: 'continue' },
    })
    expect(interaction({ reason: 'session_expired' })).toMatchObject({
      action: { label: 'Sign in again' },
    })
    const unknown = interaction({ reason: 'brand_new' as InteractionReason })
    expect(unknown.action.kind).toBe('continue')
  })

  test('has the page’s own message if there is one', () => {
    const problem = new ApiProblem('forbidden', 403)
    const own = { title: 'Guests cannot list this directory', text: 'Ask.' }
    expect(messageFor(problem, { forbidden: own })).toMatchObject({
      ...own,
      action: { kind: 'home' },
    })
    expect(messageFor(new ApiProblem('internal', 500), { forbidden: own }).action.kind).toBe(
      'report',
    )
  })
})

describe('a permission', () => {
  test('is put into words, with and without the address of Graph before it', () => {
    expect(scopeText('Calendars.Read')).toBe('Read your calendar')
    expect(scopeText('https://graph.microsoft.com/Calendars.Read')).toBe('Read your calendar')
  })

  test('of another API keeps its name', () => {
    expect(scopeText('api://orders/Orders.Read')).toBe('api://orders/Orders.Read')
  })
})

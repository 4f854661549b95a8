import { describe, expect, test } from 'vitest'
import {
  type InteractionReason,
  type Problem,
  type ProblemCode,
  problemStatus,
} from '@gatehouse/contract/problem'
import { ApiProblem } from '@gatehouse/react'
import { permissionText } from '@gatehouse/contract/permission-words'
import { consentMessage, messageFor } from '../src/api/error-messages.ts'
import { refusedMessages } from '../src/pages/users/refused.ts'

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

  test.each([
    [200, 'This app couldn’t read the answer'],
    [403, 'This app couldn’t read the answer'],
    [429, 'Too many requests'],
    [502, 'Unavailable right now'],
    [503, 'Unavailable right now'],
    [504, 'Unavailable right now'],
  ])('that a proxy answered with a page of its own, status %i: %s', (status, title) => {
    expect(messageFor(new ApiProblem('unreadable', status)).title).toBe(title)
  })

  test.each([
    ['upstream_failed', 'gave no usable answer'],
    ['upstream_timeout', 'didn’t answer in time'],
  ] as const)('of an API names that API, and says what is known: %s', (code, words) => {
    const title = (api: string) => messageFor(new ApiProblem(code, 502, { problem: { api } })).title
    expect(title('orders')).toBe(`orders ${words}`)
    expect(title('graph')).toBe(`Microsoft Graph ${words}`)
    // A member of every object.
    expect(title('constructor')).toBe(`constructor ${words}`)
  })

  test('of an API uses the name that its operator gave it, also for Graph', () => {
    const title = (api: string) => {
      const problem = { api, apiName: 'Order service' }
      return messageFor(new ApiProblem('upstream_failed', 502, { problem })).title
    }
    expect(title('orders')).toBe('Order service gave no usable answer')
    expect(title('graph')).toBe('Order service gave no usable answer')
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
    const { text } = consentMessage({ scopes: ['Mail.Read', 'Made.Up'], adminConsent: false })
    expect(text).toBe('This page needs “Read your mail” and “Made.Up”.')
    expect(consentMessage({ scopes: [], adminConsent: false }).text).toContain('a permission')
  })

  test('names an administrator as the one to consent only if Microsoft does', () => {
    const said = (adminConsent: boolean) => consentMessage({ scopes: ['Mail.Read'], adminConsent })
    expect(said(false).title).toBe('This app needs your permission')
    expect(`${said(false).title} ${said(false).text}`).not.toContain('administrator')
    expect(said(true).title).toBe('An administrator has to approve this app')
  })

  test('lets a person without access write to an administrator', () => {
    expect(messageFor(new ApiProblem('forbidden', 403)).action.kind).toBe('no-access')
  })

  test('is tried again if the device was not proven: nothing was done', () => {
    const { text, action } = messageFor(new ApiProblem('device_proof_required', 401))
    expect(text).toContain('Nothing was changed.')
    expect(action).toEqual({ kind: 'retry' })
  })

  test('is nobody’s in particular if the answer cannot be read', () => {
    const { title, text } = messageFor(new ApiProblem('unreadable', 200))
    expect(`${title} ${text}`).not.toMatch(/our side|your account|Microsoft/)
  })

  test.each(codes)(
    'with the code %s calls nobody a guest, and knows nothing of passwords',
    (code) => {
      const { title, text } = messageFor(new ApiProblem(code, problemStatus[code]))
      expect(`${title} ${text}`).not.toMatch(/guest|password/i)
    },
  )

  test('says what to do if Microsoft requires a confirmation', () => {
    expect(interaction({ reason: 'step_up' })).toMatchObject({
      title: 'Microsoft needs to verify it’s you',
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
    const own = { title: 'You can’t list this directory', text: 'Ask.' }
    expect(messageFor(problem, { forbidden: own })).toMatchObject({
      ...own,
      action: { kind: 'no-access' },
    })
    expect(messageFor(new ApiProblem('internal', 500), { forbidden: own }).action.kind).toBe(
      'report',
    )
  })
})

describe('a directory that may not be listed', () => {
  const said = (isGuest: boolean) => {
    const problem = new ApiProblem('forbidden', 403, { problem: { api: 'graph' } })
    return messageFor(problem, refusedMessages(isGuest, false))
  }

  test('names the permission, and has it in the details for an administrator', () => {
    for (const message of [said(true), said(false)]) {
      expect(message.title).toBe('You can’t list this directory')
      expect(message.text).toContain('(User.ReadBasic.All)')
      expect(message.permissions).toEqual(['User.ReadBasic.All'])
    }
  })

  test('calls a person a guest only if the token says so', () => {
    expect(said(true).text).toMatch(/guest/i)
    expect(said(false).text).not.toMatch(/guest/i)
  })
})

describe('a permission', () => {
  test('is put into words, with and without the address of Graph before it', () => {
    expect(permissionText('Calendars.Read')).toBe('Read your calendar')
    expect(permissionText('https://graph.microsoft.com/Calendars.Read')).toBe('Read your calendar')
  })

  test('of another API keeps its name', () => {
    expect(permissionText('api://orders/Orders.Read')).toBe('api://orders/Orders.Read')
  })
})

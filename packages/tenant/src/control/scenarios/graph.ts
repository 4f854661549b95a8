/** Bad days on which Graph does not let the user, and the size of what it answers from. */
import { mostUsers } from '../../options.ts'
import { type BadDay, type Effect, faults } from './scenario.ts'
import type { Fault, FaultEffect } from '../../faults/fault.ts'

const area = 'Graph'

export const accessDays: readonly BadDay[] = [
  {
    id: 'graph-step-up',
    area,
    title: 'Conditional access asks for a step-up',
    does: 'Graph answers /users only to tokens with the authentication context c1, and challenges others.',
    effect: {
      kind: 'policy',
      start: ({ policies }) => policies.requireContext('users', 'c1'),
      end: ({ policies }) => policies.requireContext('users', undefined),
      isOn: ({ policies }) => policies.authenticationContexts.has('users'),
    },
  },
  {
    id: 'graph-guests-forbidden',
    area,
    title: 'Guests may not list the directory',
    does: 'Graph answers guests with 403 for everybody but themselves.',
    effect: {
      kind: 'policy',
      start: ({ policies }) => void (policies.guestsRestricted = true),
      end: ({ policies }) => void (policies.guestsRestricted = false),
      isOn: ({ policies }) => policies.guestsRestricted,
    },
  },
  {
    id: 'graph-forbidden',
    area,
    title: 'Nobody may list the directory',
    does: 'Graph answers /users with 403, Authorization_RequestDenied.',
    effect: faults({
      at: 'users',
      kind: 'graphError',
      status: 403,
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges to complete the operation.',
    }),
  },
  {
    id: 'graph-unauthorized',
    area,
    title: 'Graph refuses every token',
    does: 'Graph answers /users with 401 and no claims.',
    effect: faults({
      at: 'users',
      kind: 'graphError',
      status: 401,
      code: 'InvalidAuthenticationToken',
      message: 'Access token validation failure.',
    }),
  },
  {
    id: 'directory-100000',
    area,
    title: 'A directory of 100,000 users',
    does: 'The directory grows to 100,000 users; clearing it brings back the size of the start.',
    effect: {
      kind: 'policy',
      start: ({ directory }) => directory.resize(mostUsers),
      end: ({ directory }) => directory.resize(),
      isOn: ({ directory }) => directory.users.length === mostUsers,
    },
  },
]

// Bad days on which Graph does not answer well, or not at all.

const users = (effect: FaultEffect): Fault => ({ at: 'users', ...effect })

function day(name: string, title: string, does: string, fault: Fault): BadDay {
  return { id: `graph-${name}`, area: 'Graph', title, does, effect: faults(fault) }
}

function failing(status: number, code: string): BadDay {
  const does = `Graph answers /users with ${status}, ${code}.`
  return day(
    String(status),
    `Graph answers ${status}`,
    does,
    users({ kind: 'graphError', status, code }),
  )
}

export const failureDays: readonly BadDay[] = [
  day(
    'slow',
    'Graph is slow',
    'Graph answers /users five seconds late.',
    users({ kind: 'delay', ms: 5_000 }),
  ),
  failing(500, 'InternalServerError'),
  failing(502, 'BadGateway'),
  failing(503, 'ServiceNotAvailable'),
  failing(504, 'GatewayTimeout'),
  day('hangs', 'Graph hangs', 'Graph never answers /users.', users({ kind: 'hang' })),
  day(
    'resets',
    'Graph closes the connection',
    'Graph closes the connection without an answer to /users.',
    users({ kind: 'reset' }),
  ),
  day(
    'drips',
    'Graph sends one byte a second',
    'Graph answers /users with 200, then a byte a second for ten minutes.',
    users({ kind: 'drip', bytes: 1, everyMs: 1_000, total: 600 }),
  ),
  day(
    'oversized',
    'Graph sends 100 MB',
    'Graph answers /users with 100 MB of JSON.',
    users({ kind: 'huge', bytes: 100_000_000 }),
  ),
  day('photos-fail', 'Photos fail', 'Graph answers every photo with 500.', {
    at: 'photo',
    kind: 'graphError',
    status: 500,
    code: 'InternalServerError',
  }),
  day(
    'organization-fails',
    'The organisation cannot be read',
    'Graph answers /organization with 503.',
    { at: 'organization', kind: 'graphError', status: 503, code: 'ServiceNotAvailable' },
  ),
]

// Bad days on which Graph has no time, with every form of `Retry-After` that it, or something before it, sends.

function throttled(retryAfter: string | undefined): Effect {
  return faults({
    at: 'users',
    kind: 'graphError',
    status: 429,
    code: 'TooManyRequests',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
}

function throttlingDay(name: string, title: string, does: string, effect: Effect): BadDay {
  const id = name === '' ? 'graph-throttled' : `graph-throttled-${name}`
  return { id, area: 'Graph', title, does: `Graph answers /users with 429 and ${does}`, effect }
}

const untilADate: Effect = {
  kind: 'faults',
  faults: ({ now }) => [
    {
      at: 'users',
      kind: 'graphError',
      status: 429,
      code: 'TooManyRequests',
      retryAfter: new Date(now() + 30_000).toUTCString(),
    },
  ],
}

export const throttlingDays: readonly BadDay[] = [
  throttlingDay('', 'Graph throttles', 'Retry-After: 10.', throttled('10')),
  throttlingDay(
    'date',
    'Graph throttles until a date',
    'an HTTP date half a minute ahead in Retry-After.',
    untilADate,
  ),
  throttlingDay(
    'no-header',
    'Graph throttles and does not say how long',
    'no Retry-After.',
    throttled(undefined),
  ),
  throttlingDay(
    'negative',
    'Graph throttles for minus one second',
    'Retry-After: -1.',
    throttled('-1'),
  ),
  throttlingDay(
    'long',
    'Graph throttles for eleven days',
    'Retry-After: 999999.',
    throttled('999999'),
  ),
  throttlingDay('text', 'Graph throttles for "abc"', 'Retry-After: abc.', throttled('abc')),
]

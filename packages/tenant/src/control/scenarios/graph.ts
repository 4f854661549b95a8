/** Scenarios in which Graph refuses, fails or throttles, and the one with a large directory. */

import type { Fault, FaultEffect } from '../../faults/fault.ts'
import { mostUsers } from '../../options.ts'
import { faults, type Effect, type Scenario } from './scenario.ts'

const area = 'Graph'

/** Graph refuses the user, or answers from a large directory. */
export const accessScenarios: readonly Scenario[] = [
  {
    id: 'graph-step-up',
    area,
    title: 'Conditional access asks for a step-up',
    description:
      'Graph answers /users only to tokens with the authentication context c1, and challenges others.',
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
    description: 'Graph answers guests with 403 for all users but themselves.',
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
    title: 'No user may list the directory',
    description: 'Graph answers /users with 403, Authorization_RequestDenied.',
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
    description: 'Graph answers /users with 401 and no claims.',
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
    description:
      'The directory grows to 100,000 users; clearing it brings back the size of the start.',
    effect: {
      kind: 'policy',
      start: ({ directory }) => directory.resize(mostUsers),
      end: ({ directory }) => directory.resize(),
      isOn: ({ directory }) => directory.users.length === mostUsers,
    },
  },
]

const users = (effect: FaultEffect): Fault => ({ at: 'users', ...effect })

function graphScenario(name: string, title: string, description: string, fault: Fault): Scenario {
  return { id: `graph-${name}`, area: 'Graph', title, description, effect: faults(fault) }
}

function failing(status: number, code: string): Scenario {
  const description = `Graph answers /users with ${status}, ${code}.`
  return graphScenario(
    String(status),
    `Graph answers ${status}`,
    description,
    users({ kind: 'graphError', status, code }),
  )
}

/** Graph answers late, badly or not at all. */
export const failureScenarios: readonly Scenario[] = [
  graphScenario(
    'slow',
    'Graph is slow',
    'Graph answers /users five seconds late.',
    users({ kind: 'delay', ms: 5_000 }),
  ),
  failing(500, 'InternalServerError'),
  failing(502, 'BadGateway'),
  failing(503, 'ServiceNotAvailable'),
  failing(504, 'GatewayTimeout'),
  graphScenario('hangs', 'Graph hangs', 'Graph never answers /users.', users({ kind: 'hang' })),
  graphScenario(
    'resets',
    'Graph closes the connection',
    'Graph closes the connection without an answer to /users.',
    users({ kind: 'reset' }),
  ),
  graphScenario(
    'drips',
    'Graph sends one byte a second',
    'Graph answers /users with 200, then a byte a second for ten minutes.',
    users({ kind: 'drip', bytes: 1, everyMs: 1_000, total: 600 }),
  ),
  graphScenario(
    'oversized',
    'Graph sends 100 MB',
    'Graph answers /users with 100 MB of JSON.',
    users({ kind: 'huge', bytes: 100_000_000 }),
  ),
  graphScenario('photos-fail', 'Photos fail', 'Graph answers every photo with 500.', {
    at: 'photo',
    kind: 'graphError',
    status: 500,
    code: 'InternalServerError',
  }),
  graphScenario(
    'organization-fails',
    'The organisation cannot be read',
    'Graph answers /organization with 503.',
    { at: 'organization', kind: 'graphError', status: 503, code: 'ServiceNotAvailable' },
  ),
]

/** A 429 with any form of `Retry-After` that Graph, or a proxy before it, may send. */
function throttled(retryAfter: string | undefined): Effect {
  return faults({
    at: 'users',
    kind: 'graphError',
    status: 429,
    code: 'TooManyRequests',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
}

function throttlingScenario(
  name: string,
  title: string,
  description: string,
  effect: Effect,
): Scenario {
  const id = name === '' ? 'graph-throttled' : `graph-throttled-${name}`
  return {
    id,
    area: 'Graph',
    title,
    description: `Graph answers /users with 429 and ${description}`,
    effect,
  }
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

/** Graph throttles. */
export const throttlingScenarios: readonly Scenario[] = [
  throttlingScenario('', 'Graph throttles', 'Retry-After: 10.', throttled('10')),
  throttlingScenario(
    'date',
    'Graph throttles until a date',
    'an HTTP date half a minute ahead in Retry-After.',
    untilADate,
  ),
  throttlingScenario(
    'no-header',
    'Graph throttles and does not say how long',
    'no Retry-After.',
    throttled(undefined),
  ),
  throttlingScenario(
    'negative',
    'Graph throttles for minus one second',
    'Retry-After: -1.',
    throttled('-1'),
  ),
  throttlingScenario(
    'long',
    'Graph throttles for eleven days',
    'Retry-After: 999999.',
    throttled('999999'),
  ),
  throttlingScenario('text', 'Graph throttles for "abc"', 'Retry-After: abc.', throttled('abc')),
]

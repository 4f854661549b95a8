/** Bad days on which Graph does not answer well, or not at all. */

import type { Fault, FaultEffect } from '../../faults/fault.ts'
import { faults, type BadDay } from './bad-day.ts'

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

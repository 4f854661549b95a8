/** Bad days on which Graph has no time, with every form of `Retry-After` that it, or something before it, sends. */

import { faults, type BadDay, type Effect } from './bad-day.ts'

function throttled(retryAfter: string | undefined): Effect {
  return faults({
    at: 'users',
    kind: 'graphError',
    status: 429,
    code: 'TooManyRequests',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })
}

function day(name: string, title: string, does: string, effect: Effect): BadDay {
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
  day('', 'Graph throttles', 'Retry-After: 10.', throttled('10')),
  day(
    'date',
    'Graph throttles until a date',
    'an HTTP date half a minute ahead in Retry-After.',
    untilADate,
  ),
  day(
    'no-header',
    'Graph throttles and does not say how long',
    'no Retry-After.',
    throttled(undefined),
  ),
  day('negative', 'Graph throttles for minus one second', 'Retry-After: -1.', throttled('-1')),
  day('long', 'Graph throttles for eleven days', 'Retry-After: 999999.', throttled('999999')),
  day('text', 'Graph throttles for "abc"', 'Retry-After: abc.', throttled('abc')),
]

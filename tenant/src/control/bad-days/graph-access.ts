/** Bad days on which Graph does not let the user, and the size of what it answers from. */

import { mostUsers } from '../../options.ts'
import { faults, type BadDay } from './bad-day.ts'

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

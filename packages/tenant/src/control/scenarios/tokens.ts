/** Scenarios of the token endpoint. */

import type { FastifyRequest } from 'fastify'
import { endSessions } from '../../entra/authorize/accounts.ts'
import { contextClaims } from '../../entra/claims-request.ts'
import type { Fault, FaultEffect } from '../../faults/fault.ts'
import { faults, refreshNow, type FaultsEffect, type Scenario } from './scenario.ts'

const area = 'Tokens'
const hour = 3_600_000

const token = (effect: FaultEffect): Fault => ({ at: 'token', ...effect })

/** A fault of the refresh only: sign-in still works. */
function onRefresh(effect: FaultEffect): FaultsEffect {
  const fault = { ...token(effect), when: isRefresh }
  return { kind: 'faults', faults: () => [fault], begin: refreshNow }
}

function isRefresh({ body }: FastifyRequest): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'grant_type' in body &&
    body.grant_type === 'refresh_token'
  )
}

export const tokenScenarios: readonly Scenario[] = [
  {
    id: 'tokens-revoked',
    area,
    title: 'Access tokens are revoked',
    description:
      'Continuous access evaluation: Graph challenges the access tokens that one user has now, or all users have; a refresh helps.',
    effect: {
      kind: 'event',
      takesUser: true,
      trigger: ({ directory }, userId) => directory.revokeTokens(userId),
    },
  },
  {
    id: 'sessions-revoked',
    area,
    title: 'Refresh tokens are revoked',
    description:
      'An administrator revokes sessions: the refresh tokens of one user, or of all users, get AADSTS50173, their sessions in browsers end, and Graph challenges the access tokens.',
    effect: {
      kind: 'event',
      takesUser: true,
      trigger: endSessions,
    },
  },
  {
    id: 'refresh-token-expired',
    area,
    title: 'The refresh token has expired',
    description:
      'Refresh answers AADSTS700082; access tokens are revoked, so that it shows at once.',
    effect: onRefresh({ kind: 'aadsts', code: 700082 }),
  },
  {
    id: 'refresh-step-up',
    area,
    title: 'Refreshing needs a second factor',
    description:
      'Refresh answers interaction_required, AADSTS50076 with claims; access tokens are revoked, so that it shows at once.',
    effect: onRefresh({ kind: 'aadsts', code: 50076, claims: contextClaims(['c1']) }),
  },
  {
    id: 'refresh-unavailable',
    area,
    title: 'Refreshing is briefly not possible',
    description:
      'Refresh answers temporarily_unavailable, AADSTS90033; access tokens are revoked, so that it shows at once.',
    effect: onRefresh({ kind: 'aadsts', code: 90033 }),
  },
  {
    id: 'refresh-other-user',
    area,
    title: 'Refresh gives the tokens of another user',
    description:
      'Refresh answers with the tokens of another user; access tokens are revoked, so that it shows at once.',
    effect: {
      kind: 'faults',
      begin: refreshNow,
      faults: ({ directory }) => {
        const asUser = directory.users[9]?.id ?? ''
        return [{ ...token({ kind: 'tokenResponse', asUser }), when: isRefresh }]
      },
    },
  },
  {
    id: 'secret-expired',
    area,
    title: 'The client secret has expired',
    description:
      'The token endpoint answers 401 invalid_client, AADSTS7000222, at sign-in and refresh; access tokens are revoked, so that it shows at once.',
    effect: {
      kind: 'policy',
      start(tenant) {
        tenant.policies.secretsExpired = true
        refreshNow(tenant)
      },
      end: ({ policies }) => void (policies.secretsExpired = false),
      isOn: ({ policies }) => policies.secretsExpired,
    },
  },
  {
    id: 'token-endpoint-unavailable',
    area,
    title: 'The token endpoint is behind a broken gateway',
    description: 'The token endpoint answers 502 with a page of HTML.',
    effect: faults(token({ kind: 'respond', status: 502, body: '<h1>Bad gateway</h1>' })),
  },
  {
    id: 'token-endpoint-slow',
    area,
    title: 'The token endpoint is slow',
    description: 'The token endpoint answers five seconds late.',
    effect: faults(token({ kind: 'delay', ms: 5_000 })),
  },
  {
    id: 'token-endpoint-hangs',
    area,
    title: 'The token endpoint hangs',
    description: 'The token endpoint never answers.',
    effect: faults(token({ kind: 'hang' })),
  },
  {
    id: 'token-endpoint-oversized',
    area,
    title: 'The token endpoint sends 100 MB',
    description: 'The token endpoint answers 200 with JSON that does not end.',
    effect: faults(token({ kind: 'huge', bytes: 100_000_000 })),
  },
  {
    id: 'token-clock-ahead',
    area,
    title: 'The clock is an hour ahead',
    description: 'Every time in the tokens is an hour in the future.',
    effect: faults(token({ kind: 'skew', ms: hour })),
  },
  {
    id: 'token-clock-behind',
    area,
    title: 'The clock is two hours behind',
    description: 'Every time in the tokens is two hours in the past.',
    effect: faults(token({ kind: 'skew', ms: -2 * hour })),
  },
]

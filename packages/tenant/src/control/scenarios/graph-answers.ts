/** Scenarios in which Graph, or a server that pretends to be Graph, sends an answer that must not be trusted. */

import type { Fault, FaultEffect } from '../../faults/fault.ts'
import { faults, type Scenario } from './scenario.ts'

const users = (effect: FaultEffect): Fault => ({ at: 'users', ...effect })

const json = (body: string): Fault =>
  users({ kind: 'respond', status: 200, body, contentType: 'application/json; charset=utf-8' })

const changed = (patch: Record<string, unknown>): Fault => users({ kind: 'graphResponse', patch })

function graphScenario(name: string, title: string, description: string, fault: Fault): Scenario {
  return { id: `graph-${name}`, area: 'Graph', title, description, effect: faults(fault) }
}

const levels = 5_000

const hostileNames = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '\u202Egnp.exe',
  'A'.repeat(5_000),
].map((displayName, place) => ({
  id: `00000000-0000-4000-8000-00000000000${place}`,
  displayName,
  givenName: displayName,
  surname: 'javascript:alert(1)',
  mail: 'javascript:alert(1)',
  userPrincipalName: `hostile${place}@local-tenant.example`,
}))

/** Headers that would do harm if they were passed on. */
const hostileHeaders = {
  'set-cookie': 'session=stolen; Path=/',
  'access-control-allow-origin': '*',
  'content-security-policy': "default-src * 'unsafe-inline'",
  'x-frame-options': 'ALLOWALL',
  'clear-site-data': '"*"',
  refresh: '0; url=https://evil.example/',
}

export const answerScenarios: readonly Scenario[] = [
  graphScenario(
    'html',
    'Graph sends HTML',
    'Graph answers /users with 200 and a page of HTML.',
    users({ kind: 'respond', status: 200, body: '<h1>Welcome to the hotel network</h1>' }),
  ),
  graphScenario(
    'truncated',
    'Graph sends half of an answer',
    'Graph answers /users with JSON that ends in the middle.',
    json('{"value":[{"id":"87d349ed-44d7-43e1-9a83-5f2406dee5bd","displayName":"No'),
  ),
  graphScenario(
    'deep',
    'Graph sends JSON of 5,000 levels',
    'Graph answers /users with lists in lists.',
    json(`{"value":${'['.repeat(levels)}${']'.repeat(levels)}}`),
  ),
  graphScenario(
    'null',
    'Graph sends null',
    'Graph answers /users with a value that is null.',
    changed({ value: null }),
  ),
  graphScenario(
    'wrong-types',
    'Graph sends other types',
    'Graph answers /users with users whose ids are numbers and whose names are objects.',
    changed({ value: [{ id: 5, displayName: {}, userPrincipalName: null }, null, 'user'] }),
  ),
  graphScenario(
    'hostile-names',
    'Users have hostile names',
    'Graph answers /users with names that are markup, scripts, reversed text, or very long.',
    changed({
      value: hostileNames,
      '@odata.count': hostileNames.length,
      '@odata.nextLink': undefined,
    }),
  ),
  graphScenario(
    'hostile-next-link',
    'The next page is elsewhere',
    'Graph answers /users with a nextLink to another host.',
    changed({ '@odata.nextLink': 'https://graph.evil.example/v1.0/users?$skiptoken=x' }),
  ),
  graphScenario(
    'hostile-redirect',
    'Graph redirects elsewhere',
    'Graph answers /users with 302 to another host.',
    users({ kind: 'respond', status: 302, headers: { location: 'https://graph.evil.example/' } }),
  ),
  graphScenario(
    'hostile-headers',
    'Graph sends hostile headers',
    'Graph answers /users as always, but with a cookie, a policy and an allowed origin of its own.',
    users({ kind: 'graphResponse', headers: hostileHeaders }),
  ),
]

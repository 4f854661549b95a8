/** Scenarios of the authorize endpoint, and of consent. */

import type { Fault } from '../../faults/fault.ts'
import type { TenantState } from '../../tenant-state.ts'
import { faults, refreshNow, type Scenario } from './scenario.ts'

const area = 'Sign-in'

const refused = (code: number): Fault => ({ at: 'authorize', kind: 'aadsts', code })
const changed = (patch: Record<string, string | null>): Fault => ({
  at: 'authorize',
  kind: 'authorizeResponse',
  patch,
})

function withdrawConsent(tenant: TenantState, userId?: string): void {
  tenant.consents.withdraw(userId)
  refreshNow(tenant, userId)
}

export const signInScenarios: readonly Scenario[] = [
  {
    id: 'sign-in-declined',
    area,
    title: 'The user declines',
    description: 'Sign-in comes back with access_denied, AADSTS65004.',
    effect: faults(refused(65004)),
  },
  {
    id: 'sign-in-blocked',
    area,
    title: 'Conditional access blocks the sign-in',
    description: 'Sign-in comes back with access_denied, AADSTS53003.',
    effect: faults(refused(53003)),
  },
  {
    id: 'sign-in-not-assigned',
    area,
    title: 'The user is not assigned to the application',
    description: 'Sign-in comes back with access_denied, AADSTS50105.',
    effect: faults(refused(50105)),
  },
  {
    id: 'sign-in-other-organisation',
    area,
    title: 'The account is from another organisation',
    description: 'Sign-in comes back with access_denied, AADSTS50020.',
    effect: faults(refused(50020)),
  },
  {
    id: 'sign-in-unavailable',
    area,
    title: 'Entra ID is briefly unavailable',
    description: 'Sign-in comes back with temporarily_unavailable, AADSTS90033.',
    effect: faults(refused(90033)),
  },
  {
    id: 'sign-in-slow',
    area,
    title: 'The sign-in page is slow',
    description: 'The authorize endpoint answers five seconds late.',
    effect: faults({ at: 'authorize', kind: 'delay', ms: 5_000 }),
  },
  {
    id: 'sign-in-wrong-state',
    area,
    title: 'The answer has another state',
    description: 'The redirect carries a state that the application did not send.',
    effect: faults(changed({ state: 'another-state' })),
  },
  {
    id: 'sign-in-wrong-issuer',
    area,
    title: 'The answer names another issuer',
    description: 'The redirect carries the iss of another server (RFC 9207).',
    effect: faults(changed({ iss: 'https://login.evil.example/v2.0' })),
  },
  {
    id: 'sign-in-without-code',
    area,
    title: 'The answer has no code',
    description: 'The redirect carries neither a code nor an error.',
    effect: faults(changed({ code: null })),
  },
  {
    id: 'consent-withdrawn',
    area,
    title: 'Consent is withdrawn',
    description:
      'Takes back the permissions of one user, or of all users, and revokes access tokens, so that it shows at once: refresh answers AADSTS65001.',
    effect: {
      kind: 'event',
      takesUser: true,
      trigger: withdrawConsent,
    },
  },
  {
    id: 'admin-consent-needed',
    area,
    title: 'An administrator has to consent',
    description:
      'Consent is withdrawn as above, and users who are no administrators get "Need admin approval", then AADSTS90094.',
    effect: {
      kind: 'policy',
      start(tenant) {
        tenant.policies.adminConsentOnly = true
        withdrawConsent(tenant)
      },
      end: ({ policies }) => void (policies.adminConsentOnly = false),
      isOn: ({ policies }) => policies.adminConsentOnly,
    },
  },
  {
    id: 'user-disabled',
    area,
    title: 'The user is disabled',
    description:
      'One user, or all users, can neither sign in nor refresh (AADSTS50057), and Graph challenges their tokens.',
    effect: {
      kind: 'policy',
      takesUser: true,
      start: ({ directory }, userId) => directory.disable(userId),
      end: ({ directory }) => directory.enable(),
      isOn: ({ directory }) => directory.anyDisabled(),
      userIds: ({ directory }) => directory.disabledIds(),
    },
  },
]

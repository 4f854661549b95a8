/** Bad days of the authorize endpoint, and of what the person decides there. */

import type { Fault } from '../../faults/fault.ts'
import type { World } from '../../world.ts'
import { faults, refreshNow, type BadDay } from '../scenarios/scenario.ts'

const area = 'Sign-in'

const refused = (code: number): Fault => ({ at: 'authorize', kind: 'aadsts', code })
const changed = (patch: Record<string, string | null>): Fault => ({
  at: 'authorize',
  kind: 'authorizeResponse',
  patch,
})

function withdrawConsent(world: World, userId?: string): void {
  world.consents.withdraw(userId)
  refreshNow(world, userId)
}

export const signInDays: readonly BadDay[] = [
  {
    id: 'sign-in-declined',
    area,
    title: 'The user declines',
    does: 'Sign-in comes back with access_denied, AADSTS65004.',
    effect: faults(refused(65004)),
  },
  {
    id: 'sign-in-blocked',
    area,
    title: 'Conditional access blocks the sign-in',
    does: 'Sign-in comes back with access_denied, AADSTS53003.',
    effect: faults(refused(53003)),
  },
  {
    id: 'sign-in-not-assigned',
    area,
    title: 'The user is not assigned to the application',
    does: 'Sign-in comes back with access_denied, AADSTS50105.',
    effect: faults(refused(50105)),
  },
  {
    id: 'sign-in-other-organisation',
    area,
    title: 'The account is from another organisation',
    does: 'Sign-in comes back with access_denied, AADSTS50020.',
    effect: faults(refused(50020)),
  },
  {
    id: 'sign-in-unavailable',
    area,
    title: 'Entra ID is briefly unavailable',
    does: 'Sign-in comes back with temporarily_unavailable, AADSTS90033.',
    effect: faults(refused(90033)),
  },
  {
    id: 'sign-in-slow',
    area,
    title: 'The sign-in page is slow',
    does: 'The authorize endpoint answers five seconds late.',
    effect: faults({ at: 'authorize', kind: 'delay', ms: 5_000 }),
  },
  {
    id: 'sign-in-wrong-state',
    area,
    title: 'The answer has another state',
    does: 'The redirect carries a state that the application did not send.',
    effect: faults(changed({ state: 'another-state' })),
  },
  {
    id: 'sign-in-wrong-issuer',
    area,
    title: 'The answer names another issuer',
    does: 'The redirect carries an iss of somebody else (RFC 9207).',
    effect: faults(changed({ iss: 'https://login.evil.example/v2.0' })),
  },
  {
    id: 'sign-in-without-code',
    area,
    title: 'The answer has no code',
    does: 'The redirect carries neither a code nor an error.',
    effect: faults(changed({ code: null })),
  },
  {
    id: 'consent-withdrawn',
    area,
    title: 'Consent is withdrawn',
    does: 'Permissions of one user or everybody are taken back, and access tokens revoked, so that it shows at once: refresh answers AADSTS65001.',
    effect: {
      kind: 'event',
      takesUser: true,
      happen: withdrawConsent,
    },
  },
  {
    id: 'admin-consent-needed',
    area,
    title: 'An administrator has to consent',
    does: 'Consent is withdrawn as above, and users who are no administrators get "Need admin approval", then AADSTS90094.',
    effect: {
      kind: 'policy',
      start(world) {
        world.policies.adminConsentOnly = true
        withdrawConsent(world)
      },
      end: ({ policies }) => void (policies.adminConsentOnly = false),
      isOn: ({ policies }) => policies.adminConsentOnly,
    },
  },
  {
    id: 'user-disabled',
    area,
    title: 'The user is disabled',
    does: 'One user, or everybody, can neither sign in nor refresh (AADSTS50057), and Graph challenges their tokens.',
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

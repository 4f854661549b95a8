/** The registration that Graph shows of a client that the tenant was started with. */

import type { ClientRegistration } from '../clients.ts'
import { graphTime, newApplication, type Application } from './application.ts'
import { stableGuid } from './stable-guid.ts'

/** Ends after anybody who reads this. */
const farOff = '2299-12-31T00:00:00Z'

export function fixedApplication(registration: ClientRegistration, now: number): Application {
  const { clientId, clientSecret, name, redirectUris, frontChannelLogoutUri } = registration
  const id = stableGuid(`application ${clientId}`)
  const application = newApplication({ id, appId: clientId, displayName: name }, now)
  return {
    ...application,
    web: { ...application.web, redirectUris, logoutUrl: frontChannelLogoutUri ?? null },
    groupMembershipClaims: 'SecurityGroup',
    optionalClaims: { idToken: [{ name: 'login_hint' }, { name: 'sid' }] },
    appRoles: (registration.appRoles ?? []).map((value) => ({
      id: stableGuid(`role ${clientId} ${value}`),
      allowedMemberTypes: ['User'],
      displayName: value,
      description: null,
      isEnabled: true,
      value,
    })),
    passwordCredentials: [
      {
        keyId: stableGuid(`secret ${clientId}`),
        displayName: null,
        startDateTime: graphTime(now),
        endDateTime: farOff,
        secretText: clientSecret,
      },
    ],
  }
}

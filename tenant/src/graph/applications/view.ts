/** What Graph shows of an application: no secret, and a certificate only where one object is asked for it. */

import type { Application } from '../../registry/application.ts'
import type { Collection } from '../odata/answer.ts'

export const applications: Collection = {
  name: 'applications',
  type: 'application',
  filterable: [
    'id',
    'appId',
    'displayName',
    'uniqueName',
    'tags',
    'identifierUris',
    'signInAudience',
  ],
}

/** @param withKeys whether the certificates themselves are shown */
export function viewApplication(
  application: Application,
  publisherDomain: string,
  withKeys = false,
) {
  const {
    federatedIdentityCredentials: _,
    passwordCredentials,
    keyCredentials,
    ...rest
  } = application
  return {
    ...rest,
    deletedDateTime: null,
    publisherDomain,
    passwordCredentials: passwordCredentials.map(viewPassword),
    keyCredentials: keyCredentials.map((key) => ({ ...key, key: withKeys ? key.key : null })),
  }
}

export function viewPassword(password: Application['passwordCredentials'][number]) {
  const { secretText, ...rest } = password
  return { customKeyIdentifier: null, ...rest, hint: secretText.slice(0, 3), secretText: null }
}

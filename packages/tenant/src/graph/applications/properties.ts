/** Changes an application, and shows it in Graph's form. */

import { verifiedDomains } from '../../directory/domains.ts'
import type { Application } from '../../registry/application.ts'
import { isAllowedRedirectUri } from '../../registry/redirect-uri.ts'
import type { TenantState } from '../../tenant-state.ts'
import { badBody, invalidValue } from '../errors.ts'
import type { Collection } from '../odata.ts'
import { checkExposed } from './exposed-api.ts'
import type { ApplicationChange } from './input.ts'
import { toStoredKeys } from './key-credentials.ts'

/** @throws GraphError 400 */
export function changed(
  { tenantId, directory, now }: TenantState,
  application: Application,
  change: ApplicationChange,
): Application {
  checkUris(change)
  const after = merged(application, change, now())
  checkExposed(application, after, { tenantId, domains: verifiedDomains(directory.users) })
  checkVersion(after)
  return after
}

/** Personal accounts get v2.0 tokens only. https://learn.microsoft.com/graph/api/resources/apiapplication */
function checkVersion({ signInAudience, api }: Application): void {
  if (!signInAudience.includes('PersonalMicrosoftAccount')) return
  if (api.requestedAccessTokenVersion === 2) return
  throw badBody('Property api.requestedAccessTokenVersion is invalid.')
}

function merged(application: Application, change: ApplicationChange, now: number): Application {
  const { web, api, keyCredentials: keys, ...plain } = change
  const { implicitGrantSettings, ...webChange } = web ?? {}
  const scopes = api?.oauth2PermissionScopes?.map((scope) => ({
    userConsentDisplayName: null,
    userConsentDescription: null,
    ...scope,
  }))
  return {
    ...application,
    ...plain,
    api: {
      ...application.api,
      ...api,
      oauth2PermissionScopes: scopes ?? application.api.oauth2PermissionScopes,
    },
    web: {
      ...application.web,
      ...webChange,
      implicitGrantSettings: {
        ...application.web.implicitGrantSettings,
        ...implicitGrantSettings,
      },
    },
    keyCredentials: keys
      ? toStoredKeys(application.keyCredentials, keys, now)
      : application.keyCredentials,
  }
}

function checkUris({ web, spa, publicClient }: ApplicationChange): void {
  const platforms = { web, spa, publicClient }
  for (const name of ['web', 'spa', 'publicClient'] as const) {
    const platform = platforms[name]
    if (platform?.redirectUris?.some((uri) => !isAllowedRedirectUri(uri, name))) {
      throw invalidValue(`${name}.redirectUris`, 'Application')
    }
  }
  const logout = web?.logoutUrl ?? undefined
  if (logout !== undefined && !isAllowedRedirectUri(logout, 'web')) {
    throw invalidValue('web.logoutUrl', 'Application')
  }
}

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

/**
 * Shows no secret, and a certificate only if one object is asked for it.
 *
 * @param withKeys whether the certificates themselves are shown
 */
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
    addIns: [],
    applicationTemplateId: null,
    certification: null,
    disabledByMicrosoftStatus: null,
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    passwordCredentials: passwordCredentials.map(viewPassword),
    keyCredentials: keyCredentials.map((key) => ({ ...key, key: withKeys ? key.key : null })),
  }
}

export function viewPassword(password: Application['passwordCredentials'][number]) {
  const { secretText, ...rest } = password
  return { customKeyIdentifier: null, ...rest, hint: secretText.slice(0, 3), secretText: null }
}

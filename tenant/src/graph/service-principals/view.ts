/** What Graph shows of a service principal. */

import type { Entry } from '../../registry/registry.ts'
import type { ServicePrincipal } from '../../registry/service-principal.ts'
import { graphAppId } from '../../tokens/access-token.ts'
import type { Collection } from '../odata/answer.ts'
import { graphScopes } from './graph-scopes.ts'

export const servicePrincipals: Collection = {
  name: 'servicePrincipals',
  type: 'servicePrincipal',
  filterable: ['id', 'appId', 'displayName', 'tags', 'servicePrincipalNames'],
}

/** Who owns Microsoft's own applications. */
const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

export function viewServicePrincipal(
  { application, isRegistered }: Entry,
  principal: ServicePrincipal,
  tenantId: string,
) {
  const { appId, displayName, web, spa, publicClient, appRoles, identifierUris } = application
  return {
    ...principal,
    deletedDateTime: null,
    displayName,
    appDisplayName: displayName,
    appOwnerOrganizationId: isRegistered ? tenantId : microsoftTenantId,
    servicePrincipalType: 'Application',
    servicePrincipalNames: [appId, ...identifierUris],
    signInAudience: application.signInAudience,
    homepage: web.homePageUrl,
    logoutUrl: web.logoutUrl,
    replyUrls: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    appRoles,
    oauth2PermissionScopes: appId === graphAppId ? graphScopes() : [],
  }
}

/** Consents in Graph's form: one grant for each application and user, or for everybody. */

import type { Granted } from '../../entra/consents.ts'
import { graphAppId } from '../../tokens/access-token.ts'
import type { World } from '../../world.ts'
import type { Collection } from '../odata/answer.ts'

export const permissionGrants: Collection = {
  name: 'oauth2PermissionGrants',
  type: 'oAuth2PermissionGrant',
  filterable: ['clientId', 'consentType', 'principalId', 'resourceId'],
}

export function viewGrants(world: World) {
  return world.consents.list().flatMap((granted) => viewGrant(world, granted) ?? [])
}

/** Undefined for one of an application that is not present any more. */
export function viewGrant(world: World, { clientId, userId, scopes }: Granted) {
  const client = world.registry.entry(clientId)?.servicePrincipal
  const resource = world.registry.entry(graphAppId)?.servicePrincipal
  if (!client || !resource) return undefined
  return {
    id: grantId(client.id, resource.id, userId),
    clientId: client.id,
    consentType: userId === undefined ? 'AllPrincipals' : 'Principal',
    principalId: userId ?? null,
    resourceId: resource.id,
    scope: scopes.join(' '),
  }
}

/** The three ids in one, as Entra's are. */
function grantId(...ids: (string | undefined)[]): string {
  const hex = ids.map((id) => (id ?? '').replaceAll('-', '')).join('')
  return Buffer.from(hex, 'hex').toString('base64url')
}

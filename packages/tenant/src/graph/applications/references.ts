/** Users and service principals that others refer to by address: owners. */

import type { TenantState } from '../../tenant-state.ts'
import { badBody, notFound } from '../errors.ts'

/**
 * @param reference an address that ends with the id of a user or of a service principal: `…/directoryObjects/{id}`
 * @throws GraphError 400 for another address, 404 for nobody's
 */
export function referencedId(tenant: TenantState, reference: string): string {
  const [, collection = '', id = ''] = /\/([A-Za-z]+)\/([0-9a-f-]{36})$/i.exec(reference) ?? []
  if (!/^(directoryObjects|users|servicePrincipals)$/i.test(collection)) {
    throw badBody(`Invalid URL format specified in @odata.id for reference update: ${reference}`)
  }
  if (viewReferenced(tenant, id.toLowerCase())) return id.toLowerCase()
  throw notFound(id)
}

/** As Graph shows an object of several types in a list; undefined for an id of neither. */
export function viewReferenced(tenant: TenantState, id: string) {
  const user = tenant.directory.byId(id)
  if (user) {
    const { displayName, userPrincipalName, mail } = user
    return { '@odata.type': '#microsoft.graph.user', id, displayName, userPrincipalName, mail }
  }
  const found = tenant.registry
    .entries()
    .find(({ servicePrincipal, isHidden }) => servicePrincipal?.id === id && !isHidden)
  if (!found) return undefined
  const { appId, displayName } = found.application
  return { '@odata.type': '#microsoft.graph.servicePrincipal', id, appId, displayName }
}

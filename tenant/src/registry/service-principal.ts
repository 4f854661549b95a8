/** An application's presence in this tenant; the names of the properties are Graph's. */
export interface ServicePrincipal {
  id: string
  appId: string
  accountEnabled: boolean
  appRoleAssignmentRequired: boolean
  tags: string[]
}

export function newServicePrincipal(id: string, appId: string): ServicePrincipal {
  return { id, appId, accountEnabled: true, appRoleAssignmentRequired: false, tags: [] }
}

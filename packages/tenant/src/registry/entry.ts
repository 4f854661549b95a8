/** One application of the tenant, and what the registry of all offers. */

import type { Application, ServicePrincipal } from './application.ts'
import type { Client } from './client.ts'

/** https://learn.microsoft.com/graph/api/resources/approleassignment */
export interface AppRoleAssignment {
  id: string
  /** A role of the resource; `defaultAccess`: access without a role. */
  appRoleId: string
  principalId: string
  principalType: 'User' | 'Group' | 'ServicePrincipal'
  createdDateTime: string
}

/** One application, and its presence in the tenant. */
export interface Entry {
  application: Application
  /** Without one, no user can sign in. */
  servicePrincipal: ServicePrincipal | undefined
  /** Registered here; Microsoft's own are only present. */
  isRegistered: boolean
  /** Of an application that another tenant on the port has registered: that tenant, and whether it still lets others use it. */
  home?: { tenantId: string; isOpen(): boolean }
  /** Users and service principals that may manage it; the first made it. */
  ownerIds: readonly string[]
  /** The number of further requests for which Graph does not show it. */
  hiddenFor: number
  /** Graph does not show it to the current request. */
  isHidden: boolean
  /** The roles of this application that users, groups and applications have. */
  appRoleAssignments: readonly AppRoleAssignment[]
  /** Further addresses that a sign-out may return to; Entra has no such list. */
  postLogoutRedirectUris: readonly string[]
}

/** An application of another tenant, as an export has it; its home may not be restored yet. */
export interface Remembered {
  application: Pick<Application, 'id' | 'appId' | 'displayName'>
  /** Of its home. */
  tenantId: string
}

export interface Registry {
  /** Where the tenant serves Graph, which is a further name for it; empty until it listens. */
  graphOrigin: string
  /** Every application, also those that Graph does not show yet. */
  entries(): readonly Entry[]
  /** By application (client) id. */
  entry(appId: string): Entry | undefined
  /** Undefined for an application that does not exist, or is not present in the tenant. */
  client(clientId: string): Client | undefined
  /** The clients that are registered here. */
  clients(): readonly Client[]
  /**
   * @param ownerIds the users that make it; none for one of the tenant's configuration
   * @param hiddenFor the number of requests for which Graph does not show it
   */
  add(application: Application, ownerIds: readonly string[], hiddenFor: number): Entry
  /** Keeps it in `deleted`. */
  remove(entry: Entry): void
  deleted(): readonly Entry[]
  /** Takes a deleted one back, without what others had granted to it. */
  restore(entry: Entry): void
  /** Removes a deleted one for good. */
  purge(entry: Entry): void
  /**
   * An application that another tenant on the port has registered for several tenants, as it would be present here.
   *
   * @param remembered what an export says of it, in case that its home is not restored yet
   */
  foreign(appId: string, remembered?: Remembered): Entry | undefined
  /** Such an application, and the APIs that users consent to together with it; empty if no other tenant has it. */
  arriving(appId: string): readonly Entry[]
  /** Makes such an application present here, with the APIs that users consent to together with it. */
  admit(appId: string): void
  /** Counts a request to Graph's applications, for those that are hidden. */
  beginRequest(): void
  /** Takes the place of everything: what is present, and what is deleted. */
  load(present: readonly Entry[], deleted: readonly Entry[]): void
}

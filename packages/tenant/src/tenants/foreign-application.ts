/**
 * Applications of another tenant on the port. One that is for several tenants (`signInAudience`) has one registration,
 * at home, and a service principal in each tenant whose users or administrators have consented to it.
 * https://learn.microsoft.com/entra/identity-platform/single-and-multi-tenant-apps
 */

import {
  newApplication,
  newServicePrincipal,
  stableGuid,
  type Application,
} from '../registry/application.ts'
import type { Entry, Registry, Remembered } from '../registry/entry.ts'

/** What a registry knows of the other tenants on the port. */
export interface Elsewhere {
  /** Of the tenant that asks. */
  tenantId: string
  /** By application (client) id. */
  find(appId: string): Offer | undefined
  /** The APIs that are consented to together with a client, because they know it (`knownClientApplications`). */
  behind(appId: string): Entry[]
}

/** An application that a tenant has registered for several tenants. */
interface Offer {
  entry: Entry
  /** Of its home. */
  tenantId: string
}

function isOffered(entry: Entry | undefined): entry is Entry {
  return entry?.isRegistered === true && entry.application.signInAudience !== 'AzureADMyOrg'
}

/** @param all the tenants on the port; the list may still grow */
export function elsewhereOf(
  all: readonly { tenantId: string; registry: Registry }[],
  tenantId: string,
): Elsewhere {
  const others = () => all.filter((one) => one.tenantId !== tenantId)
  return {
    tenantId,
    find(appId) {
      for (const { tenantId: home, registry } of others()) {
        const entry = registry.entry(appId)
        if (isOffered(entry)) return { entry, tenantId: home }
      }
      return undefined
    },
    behind(appId) {
      const wanted = appId.toLowerCase()
      const knows = ({ application }: Entry) =>
        application.api.knownClientApplications.some((id) => id.toLowerCase() === wanted)
      return others().flatMap(({ registry }) =>
        registry.entries().filter((entry) => isOffered(entry) && knows(entry)),
      )
    },
  }
}

/** Its registration is that of its home, at each moment: a change there is one here. */
export function foreignEntry(elsewhere: Elsewhere, { application, tenantId }: Remembered): Entry {
  const { appId } = application
  const id = stableGuid(`service principal ${elsewhere.tenantId} ${appId}`)
  let latest: Application | undefined
  const atHome = () => {
    const offer = elsewhere.find(appId)
    latest = offer?.entry.application ?? latest
    return offer?.entry
  }
  return {
    get application() {
      return atHome()?.application ?? latest ?? newApplication(application, 0)
    },
    get postLogoutRedirectUris() {
      return atHome()?.postLogoutRedirectUris ?? []
    },
    servicePrincipal: newServicePrincipal(id, appId),
    home: { tenantId, isOpen: () => atHome() !== undefined },
    isRegistered: false,
    ownerIds: [],
    hiddenFor: 0,
    isHidden: false,
    appRoleAssignments: [],
  }
}

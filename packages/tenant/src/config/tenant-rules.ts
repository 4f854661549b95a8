/** The rules of `tenant.json` between tenants on one port: what only one of them can have. */

import { domainOf } from '../directory/domains.ts'
import { userDomain } from '../directory/generate.ts'
import { localClient, localTenantId } from '../registry/built-in.ts'
import { clientIdOf } from './applications.ts'
import type { ConfigProblem } from './schema-problems.ts'
import type { ConfigClient, ConfigFile } from './schema.ts'

/** The clients of each tenant with their ids. Only the first has one if none are given: that of a fresh clone. */
export function clientsOfTenants({
  clients = [localClient],
  tenants = [],
}: ConfigFile): (ConfigClient & { clientId: string })[][] {
  const first = clients.map((client) => ({ ...client, clientId: clientIdOf(client) }))
  const others = tenants.map((tenant) =>
    (tenant.clients ?? []).map((client) => ({
      ...client,
      clientId: clientIdOf(client, tenant.domain),
    })),
  )
  return [first, ...others]
}

/** Ids and domain names say which tenant is meant, so no two can have the same one. */
export function sharedProblems(config: ConfigFile): ConfigProblem[] {
  const { tenants = [] } = config
  if (tenants.length === 0) return []
  const all = [config, ...tenants].map((tenant, place) => ({
    ...tenant,
    prefix: place === 0 ? '' : `tenants[${place - 1}].`,
    domain: tenant.domain ?? userDomain,
    tenantId: tenant.tenantId ?? (place === 0 ? localTenantId : undefined),
  }))
  return [
    ...twice(all.map(({ prefix, domain }) => ({ prefix, key: 'domain', value: domain }))),
    ...twice(all.map(({ prefix, tenantId }) => ({ prefix, key: 'tenantId', value: tenantId }))),
    ...twice(
      clientsOfTenants(config).flatMap((clients, place) =>
        clients.map(({ clientId }, index) => ({
          prefix: all[place]?.prefix ?? '',
          key: `clients[${index}].clientId`,
          value: clientId,
        })),
      ),
    ),
    ...all.flatMap(({ prefix, domain, people = [] }) =>
      people.flatMap(({ userPrincipalName }, index) => {
        const own = domainOf(userPrincipalName)
        const isElsewhere = own !== domain && all.some((other) => other.domain === own)
        const message = 'has the domain of another tenant; a guest of it has #EXT# in the name'
        const key = `${prefix}people[${index}].userPrincipalName`
        return isElsewhere ? [{ key, message }] : []
      }),
    ),
  ]
}

interface OfTenant {
  /** Of the keys of the tenant. */
  prefix: string
  key: string
  value: string | undefined
}

function twice(values: readonly OfTenant[]): ConfigProblem[] {
  const seen = new Map<string, string>()
  return values.flatMap(({ prefix, key, value }) => {
    const plain = value?.toLowerCase()
    if (plain === undefined) return []
    const before = seen.get(plain) ?? prefix
    seen.set(plain, before)
    const message = 'is that of another tenant, too'
    return before === prefix ? [] : [{ key: `${prefix}${key}`, message }]
  })
}

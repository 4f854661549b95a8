/** The rules of `tenant.json` between tenants on one port: what only one of them can have. */

import { domainOf } from '../directory/domains.ts'
import { userDomain } from '../directory/generate.ts'
import { localTenantId } from '../registry/built-in.ts'
import type { ConfigProblem } from './schema-problems.ts'
import type { ConfigFile } from './schema.ts'

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
    ...twice(all.map(({ prefix, domain }) => ({ key: `${prefix}domain`, value: domain }))),
    ...twice(all.map(({ prefix, tenantId }) => ({ key: `${prefix}tenantId`, value: tenantId }))),
    ...twice(
      all.flatMap(({ prefix, clients = [] }) =>
        clients.map(({ clientId }, index) => ({
          key: `${prefix}clients[${index}].clientId`,
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

function twice(values: readonly { key: string; value: string | undefined }[]): ConfigProblem[] {
  const seen = new Set<string>()
  return values.flatMap(({ key, value }) => {
    const plain = value?.toLowerCase()
    if (plain === undefined) return []
    if (seen.has(plain)) return [{ key, message: 'is that of another tenant, too' }]
    seen.add(plain)
    return []
  })
}

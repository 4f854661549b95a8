/**
 * Microsoft Graph's permissions, as Microsoft publishes them: names, ids, kinds, and whether an administrator is needed.
 * https://learn.microsoft.com/graph/permissions-reference
 *
 * `graph-permissions.generated.json` is made anew from `permissions/permissions-descriptions.json` of
 * https://github.com/microsoftgraph/microsoft-graph-devx-content (August 2026): for each `value` of the enabled entries,
 * sorted, `[id in delegatedScopesList or null, its isAdmin, id in applicationScopesList or null]`, one a line.
 */

import { readFileSync } from 'node:fs'

export interface GraphPermission {
  /** `User.Read.All` */
  value: string
  id: string
}

export interface DelegatedPermission extends GraphPermission {
  /** Only an administrator can consent to it. */
  needsAdmin: boolean
}

type Row = readonly [delegated: string | null, needsAdmin: boolean, application: string | null]

const file = new URL('graph-permissions.generated.json', import.meta.url)
const rows = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Row>)

export const delegatedPermissions: readonly DelegatedPermission[] = rows.flatMap(
  ([value, [id, needsAdmin]]) => (id === null ? [] : [{ value, id, needsAdmin }]),
)

/** App roles of Graph, which only an administrator can grant. */
export const applicationPermissions: readonly GraphPermission[] = rows.flatMap(([value, row]) =>
  row[2] === null ? [] : [{ value, id: row[2] }],
)

const delegatedByName = byName(delegatedPermissions)

/** Entra compares the names of scopes without case. */
export function findDelegated(value: string): DelegatedPermission | undefined {
  return delegatedByName.get(value.toLowerCase())
}

function byName<T extends GraphPermission>(permissions: readonly T[]): ReadonlyMap<string, T> {
  return new Map(permissions.map((permission) => [permission.value.toLowerCase(), permission]))
}

/** Who reports to whom: a tree over the generated users, six reports to each, and what was changed since. */

import type { TenantUser } from './user.ts'

export interface Managers {
  managerOf(user: TenantUser): TenantUser | undefined
  reportsOf(user: TenantUser): TenantUser[]
  /** @param managerId undefined for nobody */
  set(userId: string, managerId: string | undefined): void
  snapshot(): Readonly<Record<string, string | null>>
  load(snapshot: Readonly<Record<string, string | null>>): void
}

const reports = 6

/** The user at place 1, an administrator, is at the top, so that the first user has a manager and reports. */
function swapped(place: number): number {
  return place > 1 ? place : 1 - place
}

/** The users below a rank of the tree, through guests. */
function below(users: readonly TenantUser[], rank: number): TenantUser[] {
  return Array.from({ length: reports }, (_, index) => rank * reports + 1 + index).flatMap(
    (next) => {
      const user = users[swapped(next)]
      if (!user) return []
      return user.userType === 'Guest' ? [user, ...below(users, next)] : [user]
    },
  )
}

/**
 * @param generated the users before changes, in whose order the tree is
 * @param get a user who exists now
 */
export function createManagers(
  generated: () => readonly TenantUser[],
  get: (id: string) => TenantUser | undefined,
): Managers {
  const changed = new Map<string, string | undefined>()
  const places = new WeakMap<readonly TenantUser[], Map<string, number>>()

  function placeOf(id: string): number | undefined {
    const users = generated()
    const known = places.get(users) ?? new Map(users.map((user, place) => [user.id, place]))
    places.set(users, known)
    return known.get(id)
  }

  function managerOf(user: TenantUser): TenantUser | undefined {
    if (changed.has(user.id)) return get(changed.get(user.id) ?? '')
    const place = placeOf(user.id)
    if (place === undefined || user.userType === 'Guest') return undefined
    let rank = swapped(place)
    while (rank > 0) {
      rank = Math.floor((rank - 1) / reports)
      const manager = generated()[swapped(rank)]
      // Guests manage nobody: their place in the tree is skipped.
      if (manager && manager.userType !== 'Guest') return get(manager.id)
    }
    return undefined
  }

  function reportsOf(user: TenantUser): TenantUser[] {
    const place = placeOf(user.id)
    const candidates = new Set([
      ...(place === undefined ? [] : below(generated(), swapped(place)).map(({ id }) => id)),
      ...[...changed].filter(([, managerId]) => managerId === user.id).map(([id]) => id),
    ])
    return [...candidates]
      .map((id) => get(id))
      .filter((report) => report !== undefined)
      .filter((report) => managerOf(report)?.id === user.id)
  }

  return {
    managerOf,
    reportsOf,
    set: (userId, managerId) => void changed.set(userId, managerId),
    snapshot: () => Object.fromEntries([...changed].map(([id, manager]) => [id, manager ?? null])),
    load(snapshot) {
      changed.clear()
      for (const [id, manager] of Object.entries(snapshot)) changed.set(id, manager ?? undefined)
    },
  }
}

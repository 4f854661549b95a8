/** What changed, in order, for delta queries. Bounded: a delta token that is older than the log has to start again. */

import { randomUUID } from 'node:crypto'

export interface Change {
  /** Counts up from 1. */
  number: number
  type: 'user' | 'group'
  id: string
  /** For a group: a member that was added or removed; undefined for a change of the object. */
  member?: { id: string; isRemoved: boolean }
  /** The names of the properties that changed; undefined if the whole object may have. */
  properties?: readonly string[]
}

export interface ChangeLog {
  /** Another after each `restart`: the numbers count within it. */
  generation(): string
  /** Forgets everything: what was known of the directory before is of no use. */
  restart(): void
  add(type: Change['type'], id: string, more?: Pick<Change, 'member' | 'properties'>): void
  /** The number of the latest change; 0 before the first one. */
  latest(): number
  /** The changes after a number; undefined if the log has forgotten some of them. */
  since(number: number): readonly Change[] | undefined
}

const limit = 10_000

export function createChangeLog(): ChangeLog {
  let changes: Change[] = []
  let latest = 0
  let generation = randomUUID()
  return {
    generation: () => generation,
    restart() {
      changes = []
      latest = 0
      generation = randomUUID()
    },
    add(type, id, more) {
      latest += 1
      changes.push({ number: latest, type, id, ...more })
      if (changes.length > limit * 1.1) changes = changes.slice(-limit)
    },
    latest: () => latest,
    since(number) {
      const first = changes[0]?.number ?? latest + 1
      // A number that the log has not reached is of another one.
      if (number < first - 1 || number > latest) return undefined
      return changes.filter((change) => change.number > number)
    },
  }
}

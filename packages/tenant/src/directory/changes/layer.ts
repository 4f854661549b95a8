/** Objects that were created, changed or deleted, over a list that is generated. Only what differs is kept. */

interface Entry<T> {
  /** The object now, or when it was deleted. */
  object: T
  /** Ms since the epoch, while it is deleted. */
  deletedAt?: number
  /** Deleted for good. */
  isPurged?: boolean
  /** Not generated: it stays when the generated list gets shorter. */
  isCreated: boolean
}

/** Plain JSON: the objects that differ from the generated ones. */
export type LayerSnapshot<T> = readonly Entry<T>[]

export interface Layer<T> {
  /** The objects that exist, in the generated order; created ones follow. A new list after each change. */
  list(): readonly T[]
  get(id: string): T | undefined
  /** Creates or changes an object. */
  put(object: T): void
  /** Keeps the object in `deleted`, unless `forGood`. @returns false if there is none */
  remove(id: string, at: number, forGood?: boolean): boolean
  deleted(): readonly { object: T; deletedAt: number }[]
  /** Gets a deleted object back. */
  restore(id: string): T | undefined
  /** Removes a deleted object for good. @returns false if there is none */
  purge(id: string): boolean
  /** Takes another generated list; changes stay. */
  rebase(base: readonly T[]): void
  snapshot(): LayerSnapshot<T>
  load(snapshot: LayerSnapshot<T>): void
}

export function createLayer<T extends { readonly id: string }>(generated: readonly T[]): Layer<T> {
  let base = generated
  let byId = indexed(base)
  const entries = new Map<string, Entry<T>>()
  let current: readonly T[] | undefined = base

  const list = () => (current ??= layered(base, entries))
  const changed = () => void (current = undefined)
  function get(id: string): T | undefined {
    const entry = entries.get(id)
    if (!entry) return byId.get(id)
    return isThere(entry) && !isGone(entry) ? entry.object : undefined
  }
  /** Whether it was created, or is in the generated list of now. */
  const isThere = ({ object, isCreated }: Entry<T>) => isCreated || byId.has(object.id)
  function set(entry: Omit<Entry<T>, 'isCreated'>): void {
    const { id } = entry.object
    const isCreated = entries.get(id)?.isCreated ?? !byId.has(id)
    entries.set(id, { ...entry, isCreated })
    changed()
  }
  const deletedEntry = (id: string) => {
    const entry = entries.get(id)
    const isKept = entry?.deletedAt !== undefined && !entry.isPurged && isThere(entry)
    return isKept ? entry : undefined
  }
  return {
    list,
    get,
    put: (object) => set({ object }),
    remove(id, at, forGood = false) {
      const object = get(id)
      if (object) set({ object, deletedAt: at, ...(forGood ? { isPurged: true } : {}) })
      return object !== undefined
    },
    deleted: () =>
      [...entries.keys()]
        .map(deletedEntry)
        .filter((entry) => entry !== undefined)
        .map(({ object, deletedAt = 0 }) => ({ object, deletedAt })),
    restore(id) {
      const entry = deletedEntry(id)
      if (entry) set({ object: entry.object })
      return entry?.object
    },
    purge(id) {
      const entry = deletedEntry(id)
      if (entry) set({ ...entry, isPurged: true })
      return entry !== undefined
    },
    rebase: (next) => void ([base, byId, current] = [next, indexed(next), undefined]),
    snapshot: () => structuredClone([...entries.values()]),
    load(snapshot) {
      entries.clear()
      for (const entry of structuredClone(snapshot)) entries.set(entry.object.id, entry)
      changed()
    },
  }
}

function layered<T extends { readonly id: string }>(
  base: readonly T[],
  entries: ReadonlyMap<string, Entry<T>>,
): readonly T[] {
  const kept = base.flatMap((object) => {
    const entry = entries.get(object.id)
    if (!entry) return [object]
    return isGone(entry) ? [] : [entry.object]
  })
  const created = [...entries.values()].filter((entry) => entry.isCreated && !isGone(entry))
  return [...kept, ...created.map(({ object }) => object)]
}

function indexed<T extends { readonly id: string }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((object) => [object.id, object]))
}

function isGone({ deletedAt }: Entry<unknown>): boolean {
  return deletedAt !== undefined
}

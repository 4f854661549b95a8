import { useRef, useState } from 'react'
import { useSession } from './session/session.ts'
import { readTabEntry, removeTabEntry, storageName, writeTabEntry } from './storage.ts'

/**
 * The values of a form. They survive a reload and the way to Microsoft and back, which an answer of the server may
 * demand in the middle of the form. They stay in this tab (session storage), are given back to the same user only, and
 * are removed by a sign-out.
 *
 * @param name tells the forms of the app apart, such as `note-${id}`
 * @param initial what the form shows until something is typed, and again once that is forgotten; it names every value. A
 * kept value of another type is ignored. Where it has null, there is no type yet, and any value is kept. A field that a
 * person can empty is best an empty text: a kept null is another type than that of a text.
 * @returns the values, a function that changes some of them, and one that forgets what was typed, for when it is saved
 */
export function useDraft<Values extends Record<string, unknown>>(
  name: string,
  initial: Values,
): [Values, (change: Partial<Values>) => void, () => void] {
  const { data } = useSession()
  const owner = data?.signedIn ? `${data.tenantId}/${data.user.objectId}` : ''
  const key = storageName(`draft:${name}`)
  // Another name, or another user: another form.
  const form = `${owner}\n${key}`
  const [kept, setKept] = useState(() => ({ form, values: read(key, owner, initial) }))
  const current = kept.form === form ? kept : { form, values: read(key, owner, initial) }
  // Two changes in one event are both kept.
  const latest = useRef(current)
  const set = (next: typeof current) => {
    latest.current = next
    setKept(next)
  }
  const change = (part: Partial<Values>) => {
    const before = latest.current.form === form ? latest.current.values : current.values
    const values = { ...(before ?? initial), ...part }
    write(key, owner, values)
    set({ form, values })
  }
  const forget = () => {
    removeTabEntry(key)
    set({ form, values: undefined })
  }
  return [current.values ?? initial, change, forget]
}

/** The kept values of this user, as far as they have the types of `initial`; undefined if none are kept. */
export function read<Values extends Record<string, unknown>>(
  key: string,
  owner: string,
  initial: Values,
): Values | undefined {
  try {
    const kept = JSON.parse(readTabEntry(key) ?? 'null') as Kept | null
    if (owner === '' || kept?.owner !== owner) return undefined
    const fitting = Object.entries(initial).map(([name, value]) => {
      const stored = kept.values[name]
      return [name, fits(stored, value) ? stored : value]
    })
    return Object.fromEntries(fitting) as Values
  } catch {
    // Something else is under that name.
    return undefined
  }
}

/** The form may have changed since: a list in place of a text would break it. */
function fits(stored: unknown, initial: unknown): boolean {
  if (initial === null) return stored !== undefined
  return typeOf(stored) === typeOf(initial)
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}

interface Kept {
  owner: string
  values: Record<string, unknown>
}

export function write(key: string, owner: string, values: Record<string, unknown>): void {
  // Without storage, the form works, and a reload empties it.
  if (owner !== '') writeTabEntry(key, JSON.stringify({ owner, values } satisfies Kept))
}

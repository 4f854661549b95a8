/** Waits for a request that fits, as a test does that has just started something in another program. */

import type { JournalEntry } from './entry.ts'

export interface RequestMatch {
  endpoint?: string
  method?: string
  /** The path, or its beginning if it ends with `*`; `{tenant}` stands for any tenant. */
  path?: string
  clientId?: string
}

export interface Waiting {
  /** The oldest answered request that fits and was not taken before, or the next one; undefined after `timeoutMs`. */
  take(match: RequestMatch, timeoutMs: number): Promise<JournalEntry | undefined>
  /** Is called with each answered request. */
  answered(entry: JournalEntry): void
  clear(): void
}

interface Waiter {
  match: RequestMatch
  resolve: (entry: JournalEntry) => void
}

/** @param entries the answered requests, the oldest first */
export function createWaiting(entries: () => readonly JournalEntry[]): Waiting {
  const taken = new WeakSet<JournalEntry>()
  const waiters = new Set<Waiter>()
  return {
    take(match, timeoutMs) {
      const known = entries().find(
        (entry) => entry.status !== undefined && !taken.has(entry) && fits(entry, match),
      )
      if (known) {
        taken.add(known)
        return Promise.resolve(known)
      }
      return new Promise((resolve) => {
        const waiter: Waiter = {
          match,
          resolve(entry) {
            clearTimeout(timer)
            waiters.delete(waiter)
            taken.add(entry)
            resolve(entry)
          },
        }
        const timer = setTimeout(() => {
          waiters.delete(waiter)
          resolve(undefined)
        }, timeoutMs)
        timer.unref()
        waiters.add(waiter)
      })
    },
    answered(entry) {
      for (const waiter of waiters) {
        if (fits(entry, waiter.match)) return waiter.resolve(entry)
      }
      return undefined
    },
    clear: () => waiters.clear(),
  }
}

function fits(entry: JournalEntry, { endpoint, method, path, clientId }: RequestMatch): boolean {
  return (
    (endpoint === undefined || entry.endpoint === endpoint) &&
    (method === undefined || entry.method === method.toUpperCase()) &&
    (path === undefined || isPath(entry.path, path)) &&
    (clientId === undefined || clientOf(entry) === clientId.toLowerCase())
  )
}

function isPath(path: string, wanted: string): boolean {
  const isBeginning = wanted.endsWith('*')
  const parts = wanted.toLowerCase().replace(/\*$/, '').split('/')
  const given = path.toLowerCase().split('/')
  if (!isBeginning && given.length !== parts.length) return false
  return parts.every((part, place) => {
    const isLast = isBeginning && place === parts.length - 1
    if (part === '{tenant}') return given[place] !== undefined
    return isLast ? (given[place] ?? '').startsWith(part) : given[place] === part
  })
}

function clientOf({ query, body }: JournalEntry): string | undefined {
  const form = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const id = query['client_id'] ?? form['client_id']
  return typeof id === 'string' ? id.toLowerCase() : undefined
}

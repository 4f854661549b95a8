/**
 * The `Idempotency-Key` of a change: a new one for each submission, and the same one for another attempt at it. The
 * server then makes the change once, also if its first answer got lost on the way.
 */
import { readTabEntry, removeTabEntry, storageName, writeTabEntry } from '../storage.ts'
import { ApiProblem } from './call.ts'

export interface Submission {
  key: string
  /** @param error what it failed with; none if it succeeded. An outcome that is not known leaves it open. */
  end(error?: unknown): void
}

/** Keys of open submissions, by the names of their entries: for browsers that block storage. */
const open = new Map<string, string>()
/** Keys of requests that are on their way. */
const sending = new Set<string>()

/**
 * Begins a submission, or another attempt at one whose outcome is not known: this tab keeps its key, also across a
 * reload, and of what is sent only a hash.
 *
 * @param change everything that is sent, as text
 */
export function beginSubmission(change: string): Submission {
  const entry = storageName(`submission:${hash(change)}`)
  const earlier = open.get(entry) ?? readTabEntry(entry)
  // Two at the same time are two: a second button may send the same as the first.
  const key = earlier !== undefined && !sending.has(earlier) ? earlier : crypto.randomUUID()
  const kept = earlier ?? key
  open.set(entry, kept)
  sending.add(key)
  // Without storage, a reload begins a new submission.
  writeTabEntry(entry, kept)
  return {
    key,
    end: (error) => {
      sending.delete(key)
      if (!isFinal(error) || open.get(entry) !== key) return
      open.delete(entry)
      removeTabEntry(entry)
    },
  }
}

/** Without Retry-After, a refusal is the answer to the change: the next attempt is another submission. */
function isFinal(error: unknown): boolean {
  if (error === undefined) return true
  if (!(error instanceof ApiProblem) || error.code === 'unreadable') return false
  const { status, retryAfter } = error
  return status >= 400 && status < 500 && status !== 401 && retryAfter === undefined
}

/** FNV-1a, 32 bits. If two open changes ever met in it, the server would refuse the second (422), and once. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  return `${text.length}-${(value >>> 0).toString(36)}`
}

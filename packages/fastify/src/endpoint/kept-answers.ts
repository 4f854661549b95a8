/** The answers of changes, kept in this process for a repetition of the same change: for minutes, and bounded. */
import { ProblemError } from '../errors.ts'
import { TimeoutError, withTimeout } from '../with-timeout.ts'

/** What a change was answered with. */
export interface KeptAnswer {
  status: number
  headers: Readonly<Record<string, string | string[]>>
  payload: string | Buffer | null
}

/** One change, as its sender names it. */
export interface Change {
  /** The id of the session that sends it. */
  session: string
  /** Method, path and key: the same for each repetition. */
  name: string
  /** A hash of everything else in which two requests of this name could differ. */
  fingerprint: string
}

/** A change that is made now. */
export interface RunningChange {
  /**
   * Ends it; further calls do nothing.
   *
   * @param answer undefined if there is none that a repetition may have: the next one is made then
   */
  end(answer?: KeptAnswer): void
}

/** Bytes are those of bodies and headers, with what an entry takes besides. */
export const keptLimits = {
  /** A person who lost the answer, or came back from a reload, tries again within this time. */
  ms: 10 * 60_000,
  bytesPerAnswer: 64 * 1024,
  answersPerSession: 50,
  bytesPerSession: 256 * 1024,
  /** Of all sessions. */
  bytes: 32 * 1024 * 1024,
  /** Requests that wait for one change. A person repeats once or twice. */
  waiting: 4,
  /** Less than the page itself waits for an answer. */
  waitMs: 25_000,
}
/** Of an entry without its body, with the usual headers: 1.8 kB of heap in Node 24, measured with 5,000. */
const entryBytes = 2048
/** Names and values of the usual headers, which `entryBytes` has. */
const usualHeaderBytes = 1024

interface Entry {
  change: Change
  answer: KeptAnswer
  bytes: number
  /** ms since the epoch */
  until: number
}

interface Running {
  fingerprint: string
  waiting: number
  ended: Promise<KeptAnswer | undefined>
}

export class KeptAnswers {
  readonly #now: () => number
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>()
  readonly #running = new Map<string, Running>()
  readonly #sessions = new Map<string, { keys: Set<string>; bytes: number }>()
  #bytes = 0

  /** @param now ms since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Finds the answer of a change, waits for the one that is being made, or begins it.
   *
   * @param isWanted whether its sender is still there, asked after a wait
   * @throws ProblemError `idempotency_key_reused` if another change has this name; `idempotency_key_in_use` if too
   * many wait for it, or too long
   */
  async claim(change: Change, isWanted: () => boolean): Promise<KeptAnswer | RunningChange> {
    const key = `${change.session} ${change.name}`
    for (;;) {
      this.removeExpired()
      const kept = this.#entries.get(key)
      const running = this.#running.get(key)
      const { fingerprint } = kept?.change ?? running ?? change
      if (fingerprint !== change.fingerprint) throw keyReused()
      if (kept) return kept.answer
      if (!running) return this.#begin(key, change)
      const answer = await waitFor(running)
      if (answer) return answer
      if (!isWanted()) throw keyInUse()
    }
  }

  #begin(key: string, change: Change): RunningChange {
    const { promise, resolve } = Promise.withResolvers<KeptAnswer | undefined>()
    const running = { fingerprint: change.fingerprint, waiting: 0, ended: promise }
    this.#running.set(key, running)
    return {
      end: (answer) => {
        if (this.#running.get(key) !== running) return
        this.#running.delete(key)
        if (answer) this.#keep(key, change, answer)
        resolve(answer)
      },
    }
  }

  #keep(key: string, change: Change, answer: KeptAnswer): void {
    const bytes = bytesOf(answer)
    if (bytes > keptLimits.bytesPerAnswer) return
    const session = this.#sessions.get(change.session) ?? { keys: new Set(), bytes: 0 }
    this.#sessions.set(change.session, session)
    this.#entries.set(key, { change, answer, bytes, until: this.#now() + keptLimits.ms })
    session.keys.add(key)
    session.bytes += bytes
    this.#bytes += bytes
    const { answersPerSession, bytesPerSession } = keptLimits
    for (const oldest of session.keys) {
      if (session.keys.size <= answersPerSession && session.bytes <= bytesPerSession) break
      this.#remove(oldest)
    }
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= keptLimits.bytes) break
      this.#remove(oldest)
    }
  }

  removeExpired(): void {
    const now = this.#now()
    for (const [key, { until }] of this.#entries) {
      if (until > now) break
      this.#remove(key)
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    const session = entry && this.#sessions.get(entry.change.session)
    if (!entry || !session) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    session.keys.delete(key)
    session.bytes -= entry.bytes
    if (session.keys.size === 0) this.#sessions.delete(entry.change.session)
  }
}

function bytesOf({ headers, payload }: KeptAnswer): number {
  let headerBytes = 0
  for (const [name, value] of Object.entries(headers)) {
    headerBytes += name.length + [value].flat().join('').length
  }
  const more = Math.max(0, headerBytes - usualHeaderBytes)
  return entryBytes + more + Buffer.byteLength(payload ?? '')
}

async function waitFor(running: Running): Promise<KeptAnswer | undefined> {
  if (running.waiting >= keptLimits.waiting) throw keyInUse()
  running.waiting += 1
  try {
    return await withTimeout(keptLimits.waitMs, running.ended)
  } catch (error) {
    throw error instanceof TimeoutError ? keyInUse(error) : error
  } finally {
    running.waiting -= 1
  }
}

function keyInUse(cause?: unknown): ProblemError {
  const detail = 'The first request with this Idempotency-Key is not finished.'
  return new ProblemError('idempotency_key_in_use', detail, { cause, retryAfterS: 1 })
}

function keyReused(): ProblemError {
  const detail = 'Another change was sent with this Idempotency-Key. A new change needs a new key.'
  return new ProblemError('idempotency_key_reused', detail)
}

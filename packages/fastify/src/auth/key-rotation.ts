/** Rotates the session keys without a restart: reads SESSION_KEYS_FILE again while the app runs. */
import type { FastifyBaseLogger } from 'fastify'
import { type Config, exposureOf, parseSessionKeys, readSecretFileAsync } from '../config/index.ts'

/** How often the file is read, milliseconds. It takes about 50 µs of this thread. */
const defaultPollMs = 1000
/**
 * How long a new first key only opens, milliseconds. Platforms replace the file of one instance before
 * another's (Kubernetes: within two minutes). An instance without the key would take cookies that it seals
 * for foreign ones, and users would be signed out.
 */
const openOnlyMs = 3 * 60_000

interface KeyRotationOptions {
  file: string
  /** Whether a file that others can read is refused, as at the start. */
  ownerOnly: boolean
  /** The keys in force, as the file held them at the start. */
  keys: readonly Buffer[]
  /** Puts keys in force: the first one seals, and all of them open. */
  apply: (keys: readonly Buffer[]) => Promise<void>
  log: FastifyBaseLogger
  /** Milliseconds since the epoch. */
  now: () => number
  pollMs?: number
}

/** Begins to read the file again; undefined if no file holds the keys. */
export function rotateKeys({
  config: { sessionKeysFile: file, production: ownerOnly },
  ...options
}: Omit<KeyRotationOptions, 'file' | 'ownerOnly'> & { config: Config }): KeyRotation | undefined {
  return file === undefined ? undefined : new KeyRotation({ ...options, file, ownerOnly })
}

class KeyRotation {
  readonly #options: KeyRotationOptions
  readonly #timer: NodeJS.Timeout
  #inForce: readonly Buffer[]
  #wanted: readonly Buffer[]
  #changedAt = 0
  /** The problem of the last read, and the one that was logged. */
  #problem: string | undefined
  #logged: string | undefined
  #closed = false

  constructor(options: KeyRotationOptions) {
    this.#options = options
    this.#inForce = options.keys
    this.#wanted = options.keys
    this.#timer = setTimeout(() => void this.#poll(), options.pollMs ?? defaultPollMs).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#closed = true
  }

  async #poll(): Promise<void> {
    try {
      await this.#check()
    } catch (error) {
      this.#options.log.error({ err: error, event: 'session_keys' }, 'The keys were not replaced')
    }
    if (!this.#closed) this.#timer.refresh()
  }

  async #check(): Promise<void> {
    const { file, ownerOnly, now } = this.#options
    const { content, fault } = await readSecretFileAsync(file)
    const { keys, problems } = parseSessionKeys(content ?? '')
    const isNew = !fault && !sameKeys(keys, this.#wanted)
    const exposed = isNew && ownerOnly ? exposureOf(file).problem : undefined
    const problem = fault ? `has ${fault}` : exposed ? `names ${exposed}` : problems.join('; ')
    this.#report(problem || undefined)
    if (!problem && isNew) {
      this.#wanted = keys
      this.#changedAt = now()
    }
    const isSettled = now() - this.#changedAt >= openOnlyMs
    const next = isSettled ? this.#wanted : withSealingKey(this.#inForce[0], this.#wanted)
    if (sameKeys(next, this.#inForce)) return
    await this.#options.apply(next)
    this.#inForce = next
    const fields = { event: 'session_keys', count: next.length }
    const sentence = sameKeys(next, this.#wanted)
      ? 'The session keys of the file are in force'
      : 'The session keys of the file open cookies; the new first one seals in three minutes'
    this.#options.log.info(fields, sentence)
  }

  /** A file that is being replaced may be missing or half written for a moment: two reads must agree. */
  #report(problem: string | undefined): void {
    if (problem !== undefined && problem === this.#problem && problem !== this.#logged) {
      this.#logged = problem
      const sentence = `SESSION_KEYS_FILE ${problem}; the keys of before stay in force`
      this.#options.log.error({ event: 'session_keys', key: 'SESSION_KEYS_FILE' }, sentence)
    }
    if (problem === undefined) this.#logged = undefined
    this.#problem = problem
  }
}

/** The key that seals stays in front, unless the list no longer has it: then it may have leaked. */
function withSealingKey(sealing: Buffer | undefined, wanted: readonly Buffer[]): readonly Buffer[] {
  if (!sealing || !wanted.some((key) => key.equals(sealing))) return wanted
  return [sealing, ...wanted.filter((key) => !key.equals(sealing))]
}

function sameKeys(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((key, index) => key.equals(b[index] ?? Buffer.alloc(0)))
}

/** Credentials of a Redis that change while it is connected: a password in a file, or a token that ends. */
import type { RedisCredentials } from '../store.ts'

/**
 * A token is asked for again after half of what is left of its life, because platforms keep a token and give the
 * same one until shortly before its end. Not more often than this, milliseconds.
 */
const minAskAgainMs = 1000
/** After a failure, and for passwords without an end, milliseconds. */
const askAgainMs = 10_000

interface Login {
  username: string
  password: string
}

interface Listener {
  onNext: (login: Login) => void
  onError: (error: Error) => void
}

/** The client's interface of this kind: `AUTH` is sent on each live connection when `onNext` is called. */
export class LiveCredentials {
  readonly type = 'streaming-credentials-provider' as const
  readonly #source: RedisCredentials
  readonly #username: string | undefined
  readonly #onFailure: (error: unknown) => void
  readonly #listeners = new Set<Listener>()
  #sent: Login | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param username of STORE_URL; the source's own by default */
  constructor(
    source: RedisCredentials,
    username: string | undefined,
    onFailure: (error: unknown) => void,
  ) {
    this.#source = source
    this.#username = username
    this.#onFailure = onFailure
  }

  /** Called by the client for each connection. */
  async subscribe(listener: Listener): Promise<[Login, { dispose: () => void }]> {
    const login = await this.#read()
    this.#sent = login
    this.#listeners.add(listener)
    return [login, { dispose: () => void this.#listeners.delete(listener) }]
  }

  /** Redis refused the new credentials. It closes the connection when the old ones end. */
  onReAuthenticationError(error: Error): void {
    this.#onFailure(error)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }

  async #read(): Promise<Login> {
    const { username, password, endsInMs } = await this.#source()
    const isRunning = endsInMs !== undefined && endsInMs > 0
    this.#askAgainIn(isRunning ? Math.max(endsInMs / 2, minAskAgainMs) : askAgainMs)
    return { username: this.#username ?? username ?? 'default', password }
  }

  #askAgainIn(ms: number): void {
    clearTimeout(this.#timer)
    // setTimeout counts to 2^31 ms.
    if (!this.#closed)
      this.#timer = setTimeout(() => void this.#renew(), Math.min(ms, 2 ** 31 - 1)).unref()
  }

  async #renew(): Promise<void> {
    try {
      const login = await this.#read()
      if (login.password === this.#sent?.password) return
      this.#sent = login
      for (const { onNext } of this.#listeners) onNext(login)
    } catch (error) {
      this.#onFailure(error)
      this.#askAgainIn(askAgainMs)
    }
  }
}

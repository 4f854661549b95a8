/** Credentials of a Redis that change while it is connected: a password in a file, or a token that ends. */
import type { RedisCredentials } from '../store.ts'

/**
 * A token is asked for again after half of what is left of its life, because platforms keep a token and give the
 * same one until shortly before its end. Not more often than this, milliseconds.
 */
const minAskAgainMs = 1000
/** After a failure, and for passwords without an end, milliseconds. */
const askAgainMs = 10_000

export interface Login {
  username: string
  password: string
}

/** How the client takes new credentials: it sends AUTH on the connection. */
export interface Listener {
  onNext: (login: Login) => void
  onError: (error: Error) => void
}

/** One client's place here. Its connection may be lost and made again. */
interface Subscriber {
  listener: Listener
  /** The password of the connection; undefined if Redis refused the newest one. */
  sent: string | undefined
}

export class LiveCredentials {
  readonly #source: RedisCredentials
  readonly #username: string | undefined
  readonly #onFailure: (error: unknown) => void
  readonly #subscribers = new Set<Subscriber>()
  #reading: Promise<Login> | undefined
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

  /**
   * The client's interface of this kind, for one client: it subscribes again at each reconnect and never gives up
   * the subscription of before (`@redis/client` 6.3), so the newest one replaces it here.
   */
  forClient() {
    let current: Subscriber | undefined
    const dispose = () => {
      if (current) this.#subscribers.delete(current)
      current = undefined
    }
    return {
      type: 'streaming-credentials-provider' as const,
      subscribe: async (listener: Listener): Promise<[Login, { dispose: () => void }]> => {
        const login = await this.#read()
        dispose()
        current = { listener, sent: login.password }
        this.#subscribers.add(current)
        // They may be newer than those of the other connections.
        this.#send(login)
        return [login, { dispose }]
      },
      /** Redis refused the new credentials. It closes the connection when the old ones end. */
      onReAuthenticationError: (error: Error) => {
        if (current) current.sent = undefined
        this.#onFailure(error)
      },
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#subscribers.clear()
  }

  /** Asks once for all who want to know at the same time. */
  #read(): Promise<Login> {
    this.#reading ??= this.#ask().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #ask(): Promise<Login> {
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
      this.#send(await this.#read())
    } catch (error) {
      this.#onFailure(error)
      this.#askAgainIn(askAgainMs)
    }
  }

  /** To each connection that has another password. */
  #send(login: Login): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.sent === login.password) continue
      subscriber.sent = login.password
      subscriber.listener.onNext(login)
    }
  }
}

/** A Redis: every command is bounded in time, and a lost connection comes back by itself. */
import { ErrorReply } from '@redis/client'
import { TimeoutError, withTimeout } from '../../with-timeout.ts'
import { type Invalidations, type StoreAccess, StoreError } from '../store.ts'
import { describeAddress, parseRedisAddress } from './address.ts'
import { isClusterNode, linkToCluster } from './cluster.ts'
import { LiveCredentials } from './credentials.ts'
import { explainRedisFailure, redisFailure } from './failure.ts'
import {
  linkToSentinel,
  linkToServer,
  OutdatedLinkError,
  operationMs,
  type LinkEvents,
  type LinkOptions,
  type RedisCommands,
  type RedisLink,
} from './links.ts'

/** Pings notice a connection that swallows everything, milliseconds. */
const pingEveryMs = 1000
/** How long a cluster or Sentinels may take to name their servers, and these to answer, milliseconds. */
const discoveryMs = 5000

type OpenLink = (events: LinkEvents) => RedisLink

export class RedisConnection {
  /** What has changed in the store, as Redis reports it. */
  readonly invalidations: Invalidations
  readonly #openLink: OpenLink
  readonly #listeners: ((id?: string) => void)[] = []
  readonly #now: () => number
  readonly #idOf: (key: string) => string
  /** Counts the links. */
  #epoch = 0
  #link: RedisLink
  #notReadySince: number | undefined
  #disconnectedSince: number | undefined
  #pingTimer: NodeJS.Timeout | undefined
  /** Since the last check, the server has refused a write because it is a replica. */
  #isReadOnly = false

  /** The client tries again by itself, and reports each failure only as an event. */
  lastError: unknown

  constructor(openLink: OpenLink, now: () => number, idOf: (key: string) => string) {
    this.#openLink = openLink
    this.#now = now
    this.#idOf = idOf
    this.#disconnectedSince = now()
    this.invalidations = {
      subscribe: (listener) => void this.#listeners.push(listener),
      disconnectedSince: () => this.#disconnectedSince,
    }
    this.#link = this.#newLink()
  }

  /** Connects for the first time. */
  async connect(withinMs: number): Promise<void> {
    await withTimeout(withinMs, this.#link.connect())
    this.#pingTimer = setTimeout(() => void this.#checkConnection(), pingEveryMs).unref()
  }

  /** @throws StoreError if Redis refuses, or does not answer within two seconds */
  run<T>(command: (commands: RedisCommands) => Promise<T>): Promise<T> {
    return this.#bounded(() => command(this.#link.commands))
  }

  /** @throws StoreError if a server that takes writes does not answer */
  async ping(): Promise<void> {
    await this.#bounded(() => this.#link.ping())
  }

  /** @throws StoreError if a part of the sessions has no server */
  async checkCoverage(): Promise<void> {
    await this.#bounded(async () => this.#link.checkCoverage?.())
  }

  async close(): Promise<void> {
    clearTimeout(this.#pingTimer)
    this.#pingTimer = undefined
    const link = this.#link
    await withTimeout(operationMs, link.close()).catch(() => link.destroy())
  }

  destroy(): void {
    this.#link.destroy()
  }

  async #bounded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withTimeout(operationMs, work())
    } catch (error) {
      const cause = error instanceof ErrorReply ? error : (this.lastError ?? error)
      const { sentence = 'did not answer', reason } = redisFailure(cause) ?? {}
      if (reason === 'read_only') this.#isReadOnly = true
      throw new StoreError(`The session store ${sentence}`, { cause, reason })
    }
  }

  /** Events of a link that was replaced count no more. */
  #newLink(): RedisLink {
    const isCurrent = () => this.#epoch === epoch
    this.#epoch += 1
    const epoch = this.#epoch
    return this.#openLink({
      onError: (error) => {
        if (isCurrent()) this.lastError = error
      },
      onDown: () => {
        if (isCurrent()) this.#onDown()
      },
      onUp: () => {
        if (isCurrent()) this.#onUp()
      },
      onInvalidate: (key) => this.#report(key === null ? undefined : this.#idOf(key.toString())),
    })
  }

  #onDown(): void {
    this.#disconnectedSince ??= this.#now()
  }

  #onUp(): void {
    this.lastError = undefined
    this.#disconnectedSince = undefined
    // Changes that came in the meantime are unknown.
    this.#report(undefined)
  }

  #report(id: string | undefined): void {
    for (const listener of this.#listeners) listener(id)
  }

  /** Replaces a link that is open and does not answer or is outdated, and one that does not become ready. */
  async #checkConnection(): Promise<void> {
    const link = this.#link
    try {
      if (link.isReady()) {
        this.#notReadySince = undefined
        await withTimeout(operationMs, link.ping())
        // Of a cluster or Sentinels: every connection is there again.
        if (this.#disconnectedSince !== undefined && link.isReady()) this.#onUp()
        if (await this.#hasMoved(link)) this.#replaceLink()
      } else {
        this.#notReadySince ??= performance.now()
        if (performance.now() - this.#notReadySince > discoveryMs) this.#replaceLink()
      }
    } catch (error) {
      if (error instanceof TimeoutError || error instanceof OutdatedLinkError) this.#replaceLink()
    }
    this.#pingTimer?.refresh()
  }

  /** A server that was made a replica keeps its connections, and the address may lead to the new primary. */
  async #hasMoved(link: RedisLink): Promise<boolean> {
    if (!this.#isReadOnly) return false
    this.#isReadOnly = false
    return (await link.isOutdated?.()) ?? false
  }

  #replaceLink(): void {
    if (this.#pingTimer === undefined) return
    this.#onDown()
    this.#link.destroy()
    this.#notReadySince = undefined
    this.#link = this.#newLink()
    // The client tries until it succeeds, so this does not wait.
    this.#link.connect().catch(() => this.#onDown())
  }
}

export interface OpenRedis {
  redis: RedisConnection
  close(): Promise<void>
}

/**
 * @param idOf the record's id in a key's name
 * @throws StoreError if the server does not answer within five seconds
 */
export async function connectRedis(
  url: string,
  now: () => number,
  idOf: (key: string) => string,
  access: StoreAccess = {},
): Promise<OpenRedis> {
  const address = parseRedisAddress(url)
  const onFailure = (error: unknown) => access.onCredentialFailure?.(error)
  const credentials =
    access.credentials && new LiveCredentials(access.credentials, address.username, onFailure)
  const options: LinkOptions = { address, credentials, ca: access.ca }
  const openLink = await linkFor(options)
  const redis = new RedisConnection(openLink, now, idOf)
  try {
    await redis.connect(openLink.withinMs)
  } catch (error) {
    credentials?.close()
    redis.destroy()
    await access.close?.()
    const cause = error instanceof ErrorReply ? error : (redis.lastError ?? error)
    const why = explainRedisFailure(cause) ?? 'does not answer'
    throw new StoreError(`The session store at ${describeAddress(address)} ${why}`, { cause })
  }
  const close = async () => {
    credentials?.close()
    await redis.close()
    await access.close?.()
  }
  return { redis, close }
}

async function linkFor(options: LinkOptions): Promise<OpenLink & { withinMs: number }> {
  const { kind } = options.address
  const isCluster = kind === 'cluster' || (kind === 'server' && (await isClusterNode(options)))
  const link = isCluster ? linkToCluster : kind === 'sentinel' ? linkToSentinel : linkToServer
  const withinMs = link === linkToServer ? operationMs : discoveryMs
  return Object.assign((events: LinkEvents) => link(options, events), { withinMs })
}

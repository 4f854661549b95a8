/** The ways to reach a Redis: one server, or a primary that Sentinels know. `cluster.ts` has the third. */
import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import { createClient, RESP_TYPES } from '@redis/client'
import { withTimeout } from '../../with-timeout.ts'
import type { RedisAddress, RedisNode } from './address.ts'
import type { LiveCredentials } from './credentials.ts'

/** How long a request waits for the store at most, milliseconds. */
export const operationMs = 2000
/** How long a new connection may be silent, milliseconds. Every write starts this anew, so pings are needed too. */
const silentMs = 3000
const maxReconnectDelayMs = 1000

/** What a link reports. */
export interface LinkEvents {
  /** A connection failed. The client tries again by itself. */
  onError(error: unknown): void
  /** Changes in the store are unknown from now on, because a connection was lost or the nodes changed. */
  onDown(): void
  /** Connected; changes are known from now on. */
  onUp(): void
  /** A key that was read has changed; null if any may have. */
  onInvalidate(key: Buffer | null): void
}

/** The commands that the store uses. Each has one key. */
export type RedisCommands = Pick<
  ReturnType<typeof createBufferClient>,
  'set' | 'get' | 'eval' | 'del' | 'getRange' | 'zRangeByScoreWithScores' | 'zRem'
>

export interface RedisLink {
  readonly commands: RedisCommands
  isReady(): boolean
  connect(): Promise<unknown>
  /** Resolves if every server that takes writes answers. @throws OutdatedLinkError */
  ping(): Promise<unknown>
  /** Resolves unless a part of the sessions has no server. */
  checkCoverage?: () => Promise<unknown>
  /** `master` or `slave`, of one server. */
  role?: () => Promise<string>
  /** Whether a new connection would lead to another server, which takes writes. Asked after one took none. */
  isOutdated?: () => Promise<boolean>
  close(): Promise<unknown>
  destroy(): void
}

export interface LinkOptions {
  address: RedisAddress
  credentials: LiveCredentials | undefined
  /** PEM; the authorities that may sign the server's certificate, in place of the public ones. */
  ca: string | undefined
}

export const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer } as const

/** What every connection has: credentials, TLS and limits of time. */
export function clientOptions({ address, credentials, ca }: LinkOptions) {
  const { username, password } = address
  const fixed = { ...(username && { username }), ...(password && { password }) }
  const common = {
    RESP: 3 as const,
    // Commands fail at once while disconnected: a queue would grow as long as the outage lasts.
    disableOfflineQueue: true,
    // Each operation has a limit here. The client's own leaves a timer behind each command, which ends in an exception.
    commandOptions: { timeout: 0 },
    socket: {
      ...(address.tls && tlsOptions(address, ca)),
      connectTimeout: operationMs,
      socketTimeout: silentMs,
      reconnectStrategy: (retries: number) =>
        Math.min(50 * 2 ** Math.min(retries, 10), maxReconnectDelayMs),
    },
  }
  if (!credentials) return { ...common, ...fixed }
  return {
    ...common,
    // Read anew for each client: a cluster makes one for each node from the same options.
    get credentialsProvider() {
      return credentials.forClient()
    },
  }
}

/**
 * Nodes of a managed cluster name themselves by address, and their certificate has the name of the endpoint
 * alone (Azure Managed Redis): it counts for its nodes as well. A node with a name has to have a certificate
 * for it.
 */
function tlsOptions({ nodes: [{ host: endpoint }] }: RedisAddress, ca: string | undefined) {
  const identity: ConnectionOptions['checkServerIdentity'] = (host, certificate) => {
    const problem = checkServerIdentity(host, certificate)
    return problem && isIP(host) ? checkServerIdentity(endpoint, certificate) : problem
  }
  return { tls: true as const, ...(ca && { ca }), checkServerIdentity: identity }
}

function createBufferClient(options: LinkOptions) {
  const { nodes, database } = options.address
  const { socket, ...common } = clientOptions(options)
  return createClient({
    ...common,
    database,
    // Redis reports when a key that we read has changed (client-side caching, RESP 3).
    emitInvalidate: true,
    socket: { ...nodes[0], ...socket },
  }).withTypeMapping(typeMapping)
}

export function linkToServer(options: LinkOptions, events: LinkEvents): RedisLink {
  const client = createBufferClient(options)
  client.on('error', (error: unknown) => {
    events.onError(error)
    events.onDown()
  })
  client.on('end', () => events.onDown())
  client.on('ready', () => events.onUp())
  client.on('invalidate', (key: Buffer | null) => events.onInvalidate(key))
  return {
    commands: client,
    isReady: () => client.isReady,
    connect: () => client.connect(),
    ping: () => client.ping(),
    role: async () => {
      const reply: unknown = await client.sendCommand(['ROLE'])
      return String(Array.isArray(reply) ? reply[0] : reply)
    },
    // The server itself may have become a primary again, and a new link would only cost the requests that are under way.
    isOutdated: async () => (await newTakesWrites(options)) && !(await takesWrites(client)),
    close: () => (client.isReady ? client.close() : Promise.resolve(destroyIfOpen(client))),
    destroy: () => destroyIfOpen(client),
  }
}

/**
 * A name or a balancer that follows the primary leads new connections to the new one. The old one becomes a replica, and
 * need not close the connections that it has.
 */
async function newTakesWrites(options: LinkOptions): Promise<boolean> {
  const { nodes, database } = options.address
  const { socket, ...common } = clientOptions(options)
  const client = createClient({
    ...common,
    database,
    socket: { ...nodes[0], ...socket, reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  try {
    await withTimeout(operationMs, client.connect())
    return await takesWrites(client)
  } catch {
    return false
  } finally {
    destroyIfOpen(client)
  }
}

async function takesWrites(client: Writer): Promise<boolean> {
  const expiration = { type: 'PX', value: 10_000 } as const
  const written = withTimeout(
    operationMs,
    client.set('gatehouse:check:primary', '', { expiration }),
  )
  return written.then(
    () => true,
    () => false,
  )
}

interface Writer {
  set(key: string, value: string, options: object): Promise<unknown>
}

export function destroyIfOpen(client: { isOpen: boolean; destroy: () => void }): void {
  if (client.isOpen) client.destroy()
}

/** The sessions are on other servers by now, which a new link finds. */
export class OutdatedLinkError extends Error {}

/**
 * The client's own Sentinel support lets commands wait for ever if many come at once, so this asks the
 * Sentinels itself: at each connect, for the address of the primary.
 */
export function linkToSentinel(options: LinkOptions, events: LinkEvents): RedisLink {
  let link: RedisLink | undefined
  let isClosed = false

  async function connect(): Promise<void> {
    const primary = await askSentinels(options)
    const address = { ...options.address, nodes: [primary] as const }
    if (isClosed) return
    link = linkToServer({ ...options, address }, events)
    await link.connect()
  }

  return {
    get commands() {
      if (!link) throw new Error('No primary is known')
      return link.commands
    },
    isReady: () => link?.isReady() ?? false,
    connect,
    ping: async () => {
      const role = await link?.role?.()
      if (role !== 'master') throw new OutdatedLinkError(`The server is a ${role}`)
    },
    close: async () => {
      isClosed = true
      await link?.close()
    },
    destroy: () => {
      isClosed = true
      link?.destroy()
    },
  }
}

/** @throws the last failure if no Sentinel knows the primary */
async function askSentinels(options: LinkOptions): Promise<RedisNode> {
  const { nodes, primary, tls } = options.address
  let failure: unknown = new Error('No Sentinel knows this primary')
  for (const node of nodes) {
    const client = createClient({
      // Sentinels have users of their own; the credentials are for the primary.
      socket: {
        ...node,
        ...(tls && tlsOptions(options.address, options.ca)),
        connectTimeout: operationMs,
        reconnectStrategy: false,
      },
    })
    client.on('error', () => undefined)
    try {
      await withTimeout(operationMs, client.connect())
      const asking = client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primary])
      const reply = await withTimeout(operationMs, asking)
      if (Array.isArray(reply)) return { host: String(reply[0]), port: Number(reply[1]) }
    } catch (error) {
      failure = error
    } finally {
      destroyIfOpen(client)
    }
  }
  throw failure
}

/** How to reach a Redis cluster, whose nodes each have a part of the sessions. */
import { BasicPooledClientSideCache, createClient, createCluster, ErrorReply } from '@redis/client'
import { withTimeout } from '../../with-timeout.ts'
import {
  clientOptions,
  destroyIfOpen,
  operationMs,
  OutdatedLinkError,
  typeMapping,
  type LinkEvents,
  type LinkOptions,
  type RedisLink,
} from './links.ts'

/** Of every cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec). */
const slotCount = 16_384

/** Whether a server is a node of a cluster, and says so. Managed clusters have one endpoint. */
export async function isClusterNode(options: LinkOptions): Promise<boolean> {
  const { socket, ...common } = clientOptions(options)
  const client = createClient({
    ...common,
    socket: { ...options.address.nodes[0], ...socket, reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  try {
    await withTimeout(operationMs, client.connect())
    return (await withTimeout(operationMs, client.clusterSlots())).length > 0
  } catch {
    // No cluster, or not for this user: then the first command says so.
    return false
  } finally {
    destroyIfOpen(client)
  }
}

/**
 * Turns the client's cache, which is the only place where a cluster reports invalidations, into events. It
 * keeps nothing: this process has copies of its own.
 */
class InvalidationEvents extends BasicPooledClientSideCache {
  readonly #events: LinkEvents

  constructor(events: LinkEvents) {
    super({ recordStats: false })
    this.#events = events
  }

  override handleCache: BasicPooledClientSideCache['handleCache'] = async (
    _client,
    parser,
    send,
    transformReply,
    mapping,
  ) => {
    const reply = await send()
    return transformReply ? transformReply(reply, parser.preserve, mapping) : reply
  }

  override invalidate(key: string | Buffer | null): void {
    this.#events.onInvalidate(key === null ? null : Buffer.from(key))
  }

  // A connection was lost, or the nodes of a cluster are being read anew.
  override clear(): void {
    this.#events.onDown()
  }
}

function openCluster(options: LinkOptions, events: LinkEvents) {
  const { nodes } = options.address
  return createCluster({
    RESP: 3,
    rootNodes: nodes.map((node) => ({ socket: { ...node } })),
    defaults: clientOptions(options),
    clientSideCache: new InvalidationEvents(events),
    // A primary that is gone: ask the others who took over.
    topologyRefreshOnReconnectionAttemptStrategy: 500,
  })
}

export function linkToCluster(options: LinkOptions, events: LinkEvents): RedisLink {
  const cluster = openCluster(options, events)
  cluster.on('error', (error: unknown) => events.onError(error))
  cluster.on('node-error', (error: unknown) => {
    events.onError(error)
    events.onDown()
  })
  const askPrimaries = primariesOf(cluster)
  return {
    commands: cluster.withTypeMapping(typeMapping),
    isReady: () => cluster.isReady,
    connect: async () => {
      await cluster.connect()
      events.onUp()
    },
    ping: async () => {
      const infos = await askPrimaries()
      // The client never asks again for slots that were on no node when it read them (@redis/client 6.3).
      const known = cluster.slots.filter((slot) => slot !== undefined).length
      if (known < (servedSlots(infos) ?? 0)) throw new OutdatedLinkError('Slots have a node by now')
    },
    // A primary that refuses every key (CLUSTERDOWN) answers PING.
    checkCoverage: async () => {
      const missing = slotCount - (servedSlots(await askPrimaries()) ?? slotCount)
      if (missing > 0) throw new ErrorReply(`CLUSTERDOWN ${missing} slots are on no node`)
    },
    close: () => cluster.close(),
    destroy: () => cluster.destroy(),
  }
}

/** How many slots have a node, by the primary that knows of the fewest; undefined if none says so. */
function servedSlots(infos: readonly string[]): number | undefined {
  const served = infos.map((info) => /cluster_slots_ok:(\d+)/.exec(info)?.[1])
  const known = served.filter((count) => count !== undefined)
  return known.length > 0 ? Math.min(...known.map(Number)) : undefined
}

/** @returns what each primary says of the cluster; empty if this user may not ask, and the primary answers */
function primariesOf(cluster: ReturnType<typeof openCluster>): () => Promise<string[]> {
  let mayAsk = true

  async function ask(node: (typeof cluster.masters)[number]): Promise<string> {
    const client = await cluster.nodeClient(node)
    if (mayAsk) {
      try {
        return await client.clusterInfo()
      } catch (error) {
        // No permission, or a managed cluster that has no such command.
        if (!(error instanceof ErrorReply && /^(?:NOPERM|ERR)/.test(error.message))) throw error
        mayAsk = false
      }
    }
    await client.ping()
    return ''
  }

  return async () => {
    if (cluster.masters.length === 0) throw new Error('No node is known')
    return Promise.all(cluster.masters.map(ask))
  }
}

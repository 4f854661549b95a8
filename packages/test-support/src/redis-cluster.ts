/** A real Redis cluster for one test: primaries and, if asked for, a replica of each, on free ports. */

import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@gatehouse/tenant/testing'
import { startRedis, type RedisServer } from './redis.ts'

const slots = 16_384
const readyWithinMs = 20_000

export interface RedisCluster {
  /** `redis+cluster://` with the addresses of all primaries. */
  url: string
  /** Of the servers, the TLS ports if there are any. */
  ports: readonly number[]
  primaries: readonly RedisServer[]
  /** The replica of the primary at the same index; empty without replicas. */
  replicas: readonly RedisServer[]
  dispose(): Promise<void>
}

interface ClusterOptions {
  primaries?: number
  withReplicas?: boolean
  /** With TLS: what `redis-server` takes for its certificate. Each node gets a TLS port beside the other. */
  tls?: readonly string[]
}

export async function startRedisCluster({
  primaries: count = 3,
  withReplicas = false,
  tls,
}: ClusterOptions = {}): Promise<RedisCluster> {
  const servers: RedisServer[] = []
  const ports: { port: string; bus: string }[] = []
  for (let index = 0; index < (withReplicas ? 2 * count : count); index += 1) {
    const bus = String(await freePort())
    // A primary is given up after one second, so that tests need not wait.
    const cluster = ['--cluster-enabled', 'yes', '--cluster-port', bus]
    const limits = ['--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0']
    const port = String(await freePort())
    const secure = tls ? ['--tls-port', port, '--tls-cluster', 'yes', ...tls] : []
    const server = await startRedis(...cluster, ...limits, ...secure)
    servers.push(server)
    ports.push({ port: tls ? port : new URL(server.url).port, bus })
  }
  const [first] = servers
  const [primaries, replicas] = [servers.slice(0, count), servers.slice(count)]
  const share = Math.ceil(slots / count)
  for (const [index, primary] of primaries.entries()) {
    const last = Math.min((index + 1) * share, slots) - 1
    await primary.command('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(last))
    await primary.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
  }
  for (const { port, bus } of ports.slice(1)) {
    await first?.command('CLUSTER', 'MEET', '127.0.0.1', port, bus)
  }
  await allKnow(servers)
  for (const [index, replica] of replicas.entries()) {
    const id = String(await primaries[index]?.command('CLUSTER', 'MYID'))
    await replica.command('CLUSTER', 'REPLICATE', id)
  }
  await until(async () => {
    const infos = await Promise.all(servers.map((server) => server.command('CLUSTER', 'INFO')))
    const linked = await Promise.all(
      replicas.map((server) => server.command('INFO', 'replication')),
    )
    return (
      infos.every((info) => String(info).includes('cluster_state:ok')) &&
      linked.every((info) => String(info).includes('master_link_status:up'))
    )
  })
  return {
    url: `redis+cluster://${primaries.map(({ url }) => new URL(url).host).join(',')}`,
    ports: ports.map(({ port }) => Number(port)),
    primaries,
    replicas,
    dispose: async () => {
      await Promise.all(servers.map((server) => server.dispose()))
    },
  }
}

async function allKnow(servers: readonly RedisServer[]): Promise<void> {
  await until(async () => {
    const infos = await Promise.all(servers.map((server) => server.command('CLUSTER', 'INFO')))
    return infos.every((info) => String(info).includes(`cluster_known_nodes:${servers.length}`))
  })
}

/** Asks again until the answer is yes. */
export async function until(isDone: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + readyWithinMs
  while (!(await isDone())) {
    if (performance.now() > end) throw new Error('It does not become ready')
    await sleep(50)
  }
}

/** What a STORE_URL for Redis names: one server, a cluster, or a primary that Sentinels know. */
import { StoreError } from '../store.ts'

export interface RedisAddress {
  kind: 'server' | 'cluster' | 'sentinel'
  tls: boolean
  /** The server; some nodes of the cluster; or the Sentinels. At least one. */
  nodes: readonly [RedisNode, ...RedisNode[]]
  username: string | undefined
  password: string | undefined
  database: number
  /** What the Sentinels call the primary; empty for the other kinds. */
  primary: string
}

export interface RedisNode {
  host: string
  port: number
}

const form =
  /^(?<scheme>rediss?)(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^/?#]+)(?:\/(?<path>[^/?#]*))?$/

const examples = {
  server: 'redis://host:6379 or rediss://user:password@host:6380',
  cluster: 'redis+cluster://host1:6379,host2:6379',
  sentinel: 'redis+sentinel://host1:26379,host2:26379/<name of the primary>',
}

/**
 * Reads `redis://…`, `rediss://…` (TLS), `redis+cluster://…` and `redis+sentinel://…`. Several hosts are separated
 * by commas.
 *
 * @throws StoreError with an example. It holds nothing of the address, which may have a password
 */
export function parseRedisAddress(url: string): RedisAddress {
  const { scheme = '', kind = 'server', user, hosts = '', path = '' } = form.exec(url)?.groups ?? {}
  const name = kind as RedisAddress['kind']
  const wrong = new StoreError(`STORE_URL is no address such as ${examples[name]}`)
  const [first, ...others] = hosts.split(',').map((host) => nodeOf(host, name))
  if (scheme === '' || !first) throw wrong
  const rest = others.filter((node) => node !== undefined)
  const database = name === 'server' && path !== '' ? Number(path) : 0
  const isWrongPath = name === 'sentinel' ? path === '' : !Number.isInteger(database)
  if (rest.length < others.length || isWrongPath || (name === 'server' && rest.length > 0))
    throw wrong
  if (name === 'cluster' && path !== '' && path !== '0') throw wrong
  const [username = '', password = ''] = splitOnce(user ?? '').map(decode)
  return {
    kind: name,
    tls: scheme === 'rediss',
    nodes: [first, ...rest],
    username: username || undefined,
    password: password || undefined,
    database,
    primary: name === 'sentinel' ? decode(path) : '',
  }
}

function nodeOf(text: string, kind: RedisAddress['kind']): RedisNode | undefined {
  const url = URL.parse(`http://${text}`)
  // The port 80 is the default of http, which URL leaves out.
  const port = url?.port || /:(80)$/.exec(text)?.[1] || (kind === 'sentinel' ? '26379' : '6379')
  if (!url || url.hostname === '') return undefined
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function splitOnce(text: string): string[] {
  const at = text.indexOf(':')
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new StoreError('STORE_URL has a % that is not percent-encoded; write it as %25')
  }
}

/** Without credentials, for messages. */
export function describeAddress({ kind, tls, nodes }: RedisAddress): string {
  const scheme = `${tls ? 'rediss' : 'redis'}${kind === 'server' ? '' : `+${kind}`}`
  return `${scheme}://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`
}

/** Why Redis refuses or does not answer, for the log, the start and the doctor. */
import { explainNetworkFailure } from '../../outgoing/index.ts'

export interface RedisFailure {
  /** A word for programs: `warnings` of the readiness check has it after `store_`. */
  reason: string
  /** Continues "The session store …". */
  sentence: string
}

const noNodes = [
  'cluster',
  'is a cluster that does not tell this user its nodes (allow CLUSTER SLOTS), or STORE_URL has to be redis+cluster://',
] as const
const noPermission = [
  'permission',
  'does not let this user run a command that sessions need (ACL)',
] as const
/** By the word that an error reply begins with (https://redis.io/docs/latest/develop/reference/protocol-spec). */
const replies: Record<string, readonly [reason: string, sentence: string]> = {
  WRONGPASS: [
    'password',
    'refuses the user name, or the password of STORE_URL or STORE_PASSWORD, or its token',
  ],
  NOAUTH: [
    'password',
    'wants a password: STORE_URL has none, such as rediss://:password@host:6380',
  ],
  NOPERM: noPermission,
  READONLY: ['read_only', 'is a read-only replica: STORE_URL has to name the primary'],
  OOM: ['full', 'is full (maxmemory), and its policy lets it forget nothing'],
  MISCONF: ['disk', 'cannot save to its disk, and takes no writes'],
  LOADING: ['loading', 'is starting, and loads its data'],
  MASTERDOWN: ['replica', 'is a replica that has lost its primary'],
  CLUSTERDOWN: ['cluster', 'is a cluster with missing nodes'],
  // A client that knows the nodes follows these.
  MOVED: noNodes,
  ASK: noNodes,
  NOPROTO: ['version', 'is older than Redis 6, or does not take HELLO: sessions need RESP 3'],
}

function failureOf(word: string): RedisFailure | undefined {
  const reply = replies[word]
  return reply && { reason: reply[0], sentence: reply[1] }
}

/** @returns undefined if the error says nothing about it */
export function redisFailure(error: unknown): RedisFailure | undefined {
  if (!(error instanceof Error)) return undefined
  const reply = failureOf(/^[A-Z]+/.exec(error.message)?.[0] ?? '')
  if (reply) return reply
  // What NOPERM becomes inside a script.
  if (/^ERR .*can't run this command/.test(error.message)) {
    return { reason: noPermission[0], sentence: noPermission[1] }
  }
  // A server before 6, or one whose operator took the command away. Its arguments have AUTH.
  if (/^ERR unknown command .HELLO\b/i.test(error.message)) return failureOf('NOPROTO')
  // Sent by servers before 6 that have no password, whatever the user name.
  if (/^ERR .*AUTH/.test(error.message)) {
    return { reason: 'password', sentence: 'wants no password, and STORE_URL has one' }
  }
  // The client's table of slots has no node for one of them (@redis/client 6.3).
  if (error instanceof TypeError && /reading '(?:master|replicas)'/.test(error.message)) {
    return failureOf('CLUSTERDOWN')
  }
  if (error.name === 'SocketClosedUnexpectedlyError') {
    const sentence = 'closes the connection at once: it may want TLS (rediss://)'
    return { reason: 'connection', sentence }
  }
  const code = 'code' in error ? error.code : undefined
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { reason: 'tls', sentence: 'speaks no TLS: use redis://' }
  }
  const failure = explainNetworkFailure(error, '')
  if (!failure) return undefined
  const sentence = failure.sentence.trim()
  return failure.kind === 'tls'
    ? { reason: 'tls', sentence: `${sentence}; name its authority in STORE_CA_FILE` }
    : { reason: 'connection', sentence }
}

/** @returns continues "The session store …"; undefined if the error says nothing about it */
export function explainRedisFailure(error: unknown): string | undefined {
  return redisFailure(error)?.sentence
}

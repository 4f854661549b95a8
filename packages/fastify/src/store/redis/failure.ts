/** Why Redis refuses or does not answer, for the log, the start and the doctor. */
import { explainNetworkFailure } from '../../outgoing/index.ts'

/** By the word that an error reply begins with (https://redis.io/docs/latest/develop/reference/protocol-spec). */
const replies: Record<string, string> = {
  WRONGPASS: 'refuses the user name or password of STORE_URL',
  NOAUTH: 'wants a password: STORE_URL has none, such as rediss://:password@host:6380',
  NOPERM: 'does not let this user run a command that sessions need (ACL)',
  READONLY: 'is a read-only replica: STORE_URL has to name the primary',
  OOM: 'is full (maxmemory), and its policy lets it forget nothing',
  MISCONF: 'cannot save to its disk, and takes no writes',
  LOADING: 'is starting, and loads its data',
  MASTERDOWN: 'is a replica that has lost its primary',
  CLUSTERDOWN: 'is a cluster with missing nodes',
  MOVED:
    'is a cluster, and does not tell this user its nodes (allow CLUSTER SLOTS), or STORE_URL has to be redis+cluster://',
  NOPROTO: 'is older than Redis 6, which sessions need (RESP 3)',
}

/** @returns continues "The session store …"; undefined if the error says nothing about it */
export function explainRedisFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const reply = replies[/^[A-Z]+/.exec(error.message)?.[0] ?? '']
  if (reply) return reply
  // Sent by servers before 6 that have no password, whatever the user name.
  if (/^ERR .*AUTH/.test(error.message)) return 'wants no password, and STORE_URL has one'
  if (error.name === 'SocketClosedUnexpectedlyError') {
    return 'closes the connection at once: it may want TLS (rediss://)'
  }
  const code = 'code' in error ? error.code : undefined
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return 'speaks no TLS: use redis://'
  }
  const failure = explainNetworkFailure(error, '')
  if (!failure) return undefined
  return failure.kind === 'tls'
    ? `${failure.sentence.trim()}; name its authority in STORE_CA_FILE`
    : failure.sentence.trim()
}

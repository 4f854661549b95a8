/** Why a request got no answer: one of a few kinds, with a sentence for the operator and what to do. */
import { ProxyError } from './client.ts'

type NetworkFailureKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'connect_timeout'
  | 'tls'
  | 'proxy'
  | 'timeout'
  | 'reset'
  | 'too_large'

export interface NetworkFailure {
  kind: NetworkFailureKind
  /** Node's or undici's code, such as ENOTFOUND. */
  code: string
  /** Begins with the host, ends without a full stop. */
  sentence: string
  /** What the operator can do. */
  next: string
}

interface Meaning {
  kind: NetworkFailureKind
  codes: RegExp
  /** Continues "<host> …". */
  what: string
  next: string
}

const checkFirewall = 'Check firewall and routes. Behind a proxy, set HTTPS_PROXY (and NO_PROXY).'

/** By the code of the innermost error, in this order. */
const meanings: readonly Meaning[] = [
  {
    kind: 'dns',
    codes: /^(?:ENOTFOUND|ENODATA|EAI_\w+)$/,
    what: 'has no address in DNS here',
    next: 'Check the name, and DNS on this machine. Behind a proxy, set HTTPS_PROXY (and NO_PROXY).',
  },
  {
    kind: 'refused',
    codes: /^ECONNREFUSED$/,
    what: 'refuses the connection',
    next: `Check the address and its port. ${checkFirewall}`,
  },
  {
    kind: 'unreachable',
    codes: /^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/,
    what: 'cannot be reached from this network',
    next: checkFirewall,
  },
  {
    kind: 'unreachable',
    codes: /^(?:EMFILE|ENFILE|ENOBUFS)$/,
    what: 'cannot be asked, because too many connections and files are open here',
    next: 'Raise the limit of open files (LimitNOFILE of systemd, ulimit -n), or run another instance.',
  },
  {
    kind: 'connect_timeout',
    codes: /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    what: 'takes no connection in time',
    next: checkFirewall,
  },
  {
    kind: 'tls',
    codes:
      /^(?:CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|UNABLE_TO_\w+|\w*SELF_SIGNED\w*|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/,
    what: 'has no certificate that is trusted here',
    next: 'If a proxy or firewall of yours opens TLS, or the server has a private CA, name its root certificate in NODE_EXTRA_CA_CERTS, and restart.',
  },
  {
    kind: 'too_large',
    codes: /^UND_ERR_RES_EXCEEDED_MAX_SIZE$/,
    what: 'sends more than is accepted',
    next: 'Another server may answer at this address. Open it from this machine.',
  },
  {
    kind: 'reset',
    codes: /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ECONNABORTED)$/,
    what: 'closed the connection without an answer',
    next: `It may pass. ${checkFirewall}`,
  },
]

/**
 * @param error what undici or Node threw
 * @param host that was asked, as the operator knows it
 * @returns undefined if the error is not about the network
 */
export function explainNetworkFailure(error: unknown, host: string): NetworkFailure | undefined {
  const chain = causesOf(error)
  const proxy = chain.find((one) => one instanceof ProxyError)
  const refusal = chain.map(proxyStatus).find((status) => status !== undefined)
  if (proxy || refusal !== undefined || chain.some(isOfProxy))
    return proxyFailure(chain, proxy, refusal, host)
  const [meaning, code] = meaningOf(chain)
  if (meaning) {
    return {
      kind: meaning.kind,
      code,
      sentence: `${host} ${meaning.what} (${code})`,
      next: meaning.next,
    }
  }
  if (!chain.some(isTimeout)) return undefined
  const sentence = `${host} did not answer in time`
  return { kind: 'timeout', code: 'TIMEOUT', sentence, next: `It may pass. ${checkFirewall}` }
}

/** The kinds where a connection to the server itself was open. */
const reached: ReadonlySet<NetworkFailureKind> = new Set(['timeout', 'reset', 'too_large'])

/** Whether no connection to the server could be made: the way there is broken, and not the server. */
export function isUnreachable({ kind }: NetworkFailure): boolean {
  return !reached.has(kind)
}

/** Whether the connection broke, so that the server may not have seen the request. */
export function isReset(error: unknown): boolean {
  return explainNetworkFailure(error, '')?.kind === 'reset'
}

function proxyFailure(
  chain: readonly Error[],
  proxy: ProxyError | undefined,
  status: number | undefined,
  host: string,
): NetworkFailure {
  if (status === 407) {
    const next = 'Put user name and password into HTTPS_PROXY: http://name:password@host:port.'
    const sentence = `${host} is behind a proxy that wants another user name or password (407)`
    return { kind: 'proxy', code: 'PROXY_407', sentence, next }
  }
  if (status !== undefined) {
    const sentence = `${host} is behind a proxy that does not connect to it (${status})`
    const next = `Allow ${host} at the proxy, or name it in NO_PROXY if it is reached directly.`
    return { kind: 'proxy', code: `PROXY_${status}`, sentence, next }
  }
  const code = meaningOf(chain)[1] || 'PROXY_UNREACHABLE'
  const name = proxy ? `the proxy ${proxy.proxy}` : 'a proxy'
  const sentence = `${host} is behind ${name}, which cannot be reached (${code})`
  return { kind: 'proxy', code, sentence, next: 'Check HTTPS_PROXY, and that the proxy answers.' }
}

/** The error and its causes, the outermost first. Of several attempts the first one counts. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = []
  let current = error
  while (current instanceof Error && chain.length < 10) {
    chain.push(current)
    current = current instanceof AggregateError ? current.errors[0] : current.cause
  }
  return chain
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function meaningOf(chain: readonly Error[]): [Meaning | undefined, string] {
  for (const code of chain.map(codeOf).toReversed()) {
    const meaning = meanings.find(({ codes }) => codes.test(code))
    if (meaning) return [meaning, code]
  }
  return [undefined, '']
}

/** undici reports a proxy that answers CONNECT with another status than 200 in its message alone. */
function proxyStatus({ message }: Error): number | undefined {
  const status = /^Proxy response \((\d{3})\) !== 200/.exec(message)?.[1]
  return status === undefined ? undefined : Number(status)
}

/** undici's errors for a proxy that closes the connection, or whose own TLS fails. */
function isOfProxy({ name }: Error): boolean {
  return name === 'ProxyConnectionError' || name === 'SecureProxyConnectionError'
}

function isTimeout(error: Error): boolean {
  return error.name === 'TimeoutError' || /^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/.test(codeOf(error))
}

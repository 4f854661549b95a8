/**
 * The only place that makes HTTP clients for other servers. Each is bounded in time and size, goes through
 * the proxy of the environment, and gives every address of a name enough time to connect.
 */
import type * as undici from 'undici'
import type { buildConnector, Dispatcher } from 'undici'
import { exchange, type Exchange, type ExchangeLimits } from './exchange.ts'
import { createNoProxy } from './no-proxy.ts'

/** The way out of this network: HTTPS_PROXY and NO_PROXY, as `config/environment.ts` reads them. */
export interface ProxySettings {
  /** The proxy's address, with credentials if it wants them; undefined for none. */
  readonly url: string | undefined
  /** Servers that are reached without it, separated by commas; see `no-proxy.ts`. */
  readonly noProxy: string
}

interface ClientLimits {
  /** For a connection with its TLS, to a proxy or to the server, ms. */
  connectMs: number
  /** The longest time without a byte, ms. */
  idleMs: number
  maxBytes: number
  /** At once, to each server. */
  connections?: number
}

/**
 * This machine and the metadata service of cloud platforms, which gives out credentials. No proxy leads
 * there, and none may see what is sent.
 */
const neverProxied = 'localhost,127.0.0.0/8,::1,169.254.169.254'

/**
 * One address of a name may take so long to connect. Node's own 250 ms are shorter than the way around
 * the world, and then every address fails, also the one that works. Two silent addresses, such as those of
 * an IPv6 network without a route, leave time for a third within four seconds.
 */
const attemptMs = 1_300

export interface HttpClient {
  /** Sends a request, whose `origin` and `path` are apart. @throws the error of undici or Node */
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>
  /** Sends one whose whole answer is kept in memory. @throws the error of undici or Node; AnswerTooLargeError; the signal's reason */
  exchange(options: Dispatcher.DispatchOptions, limits: ExchangeLimits): Promise<Exchange>
  /** Ends the requests that are under way too. */
  close(): Promise<void>
}

type Undici = typeof undici

/**
 * Loads undici at the first request: a fifth of the time that the server takes to start.
 *
 * @param origin makes a client for this server alone, which is faster
 */
export function createHttpClient(
  proxy: ProxySettings,
  limits: ClientLimits,
  origin?: string,
): HttpClient {
  let dispatcher: Dispatcher | undefined
  let loading: Promise<Dispatcher> | undefined
  const load = async () => {
    dispatcher = createDispatcher(await import('undici'), proxy, limits, origin)
    return dispatcher
  }
  return {
    // Without a wait, if it is loaded.
    request: (options) =>
      dispatcher
        ? dispatcher.request(options)
        : (loading ??= load()).then((loaded) => loaded.request(options)),
    exchange: (options, within) =>
      dispatcher
        ? exchange(dispatcher, options, within)
        : (loading ??= load()).then((loaded) => exchange(loaded, options, within)),
    close: async () => (await loading)?.destroy(),
  }
}

function createDispatcher(
  { Agent, Pool, ProxyAgent }: Undici,
  proxy: ProxySettings,
  limits: ClientLimits,
  origin: string | undefined,
): Dispatcher {
  const { connectMs, idleMs, maxBytes, connections } = limits
  const connect = {
    timeout: connectMs,
    autoSelectFamilyAttemptTimeout: attemptMs,
    // undici would take HTTP/2 where a server offers it, as Graph does. All users' calls would then share a few
    // connections, and fail together if one breaks.
    allowH2: false,
  }
  const options = {
    connect,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    maxResponseSize: maxBytes,
    ...(connections !== undefined && { connections }),
  }
  if (proxy.url === undefined) return origin ? new Pool(origin, options) : new Agent(options)
  const proxied = {
    ...options,
    uri: proxy.url,
    connectTimeout: connectMs,
    proxyTls: connect,
    requestTls: connect,
    clientFactory: proxyClient(Pool, connectMs),
  }
  const isDirect = withoutProxy(proxy)
  const clientFor = (url: URL | string) =>
    isDirect(new URL(url)) ? new Pool(url, options) : new ProxyAgent(proxied)
  return origin ? clientFor(origin) : new Agent({ ...options, factory: clientFor })
}

/**
 * Which servers are reached directly. Servers that are called over http are on this machine.
 *
 * @returns a function that tells it for an address
 */
export function withoutProxy({ url: proxy, noProxy }: ProxySettings): (url: URL) => boolean {
  const isListed = createNoProxy(`${noProxy},${neverProxied}`)
  return (url) => proxy === undefined || url.protocol === 'http:' || isListed(url)
}

/** The connection to a proxy failed: the server behind it was not reached, and is not the cause. */
export class ProxyError extends Error {
  readonly code = 'PROXY_UNREACHABLE'
  /** Host and port, without credentials. */
  readonly proxy: string

  constructor(proxy: string, cause: unknown) {
    super(`The proxy ${proxy} cannot be reached`, { cause })
    this.name = 'ProxyError'
    this.proxy = proxy
  }
}

/** Marks the errors of the way to the proxy, and bounds its answer to CONNECT. */
function proxyClient(Pool: Undici['Pool'], connectMs: number) {
  return (origin: URL, options: object): Dispatcher => {
    const { connect } = options as { connect: buildConnector.connector }
    const marked: buildConnector.connector = (target, callback) =>
      connect(target, (...[error, socket]) => {
        if (error) callback(new ProxyError(origin.host, error), null)
        else callback(null, socket)
      })
    return new Pool(origin, { ...options, connect: marked, headersTimeout: connectMs })
  }
}

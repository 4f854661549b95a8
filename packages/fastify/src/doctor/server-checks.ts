/** What is this server's own: addresses, proxy, store, cookie, keys, scopes. */
import type { Config } from '../config/index.ts'
import type { PublicUrlFacts } from './probes.ts'
import { fail, pass, warn, type Finding } from './check.ts'

export function addressFinding({ publicUrl, production, trustedProxies }: Config): Finding {
  const isHttps = new URL(publicUrl).protocol === 'https:'
  if (isHttps && !production) {
    const reason = `${publicUrl} is a deployment, and NODE_ENV is not production.`
    const next = 'Set NODE_ENV=production where the app is deployed.'
    return { ...warn('address', reason, next), copy: 'NODE_ENV=production' }
  }
  if (isHttps && trustedProxies.length === 0) {
    const reason =
      'A proxy in front ends TLS, and its address is not in TRUSTED_PROXIES: all visitors share one limit.'
    return warn('address', reason, 'Set TRUSTED_PROXIES to the proxy’s address or range.')
  }
  return pass('address', `People open ${publicUrl}.`)
}

/**
 * How a browser reached the doctor's page, which is at the right host. A proxy may hide another
 * address from the server, so the page looks at its address bar itself.
 *
 * @param isForwarded whether a proxy says that it passed the request on
 */
export function browserRequestFinding(
  { publicUrl, trustedProxies }: Config,
  isForwarded: boolean,
): Finding {
  const id = 'address-bar'
  if (isForwarded && trustedProxies.length === 0) {
    const reason = 'A proxy passed the request on, and TRUSTED_PROXIES is empty.'
    return warn(id, reason, 'Set TRUSTED_PROXIES to the proxy’s address or range.')
  }
  return pass(id, `The address bar says ${publicUrl}.`)
}

/** Whether the address that people open leads here. @param facts undefined where nothing answers */
export function publicUrlFinding(
  { publicUrl }: Config,
  facts: PublicUrlFacts | undefined,
): Finding {
  const id = 'public-url'
  if (facts?.isAlive) return pass(id, `${publicUrl} leads to the app.`)
  if (facts?.redirectsTo && facts.redirectsTo !== publicUrl) {
    const reason = `${publicUrl} sends people on to ${facts.redirectsTo}.`
    return fail(id, reason, 'Set publicUrl to the address that people end at, and register it.')
  }
  const reason = facts
    ? `Something else than the app answers at ${publicUrl}, or its proxy cannot reach the app.`
    : `Nothing answers at ${publicUrl} from here.`
  const next =
    'Start the app, and let the proxy pass every path to HOST:PORT, over http, with the Host header.'
  return warn(id, reason, next)
}

export function storeFinding({ storeUrl }: Config, problem: string | undefined): Finding {
  const kind = storeUrl.startsWith('sqlite:') ? 'The SQLite file' : 'Redis'
  if (!problem) return pass('store', `${kind} can be read and written.`)
  const next = 'Check STORE_URL and DATA_DIR, and that this user may write there.'
  return fail('store', `${kind} cannot be read and written: ${problem}`, next)
}

/** Browsers drop a longer cookie without a word (RFC 6265 §6.1). */
const mostCookieBytes = 4096

export function cookieFinding(bytes: number): Finding {
  const reason = `The session’s cookie has ${bytes} bytes; browsers take ${mostCookieBytes}.`
  if (bytes <= mostCookieBytes) return pass('cookie', reason)
  return fail(
    'cookie',
    reason,
    'Report this: the cookie holds a key and nothing else.',
    'developer',
  )
}

export function keyFinding({ production, sessionKeys, storeUrl }: Config): Finding {
  const count = sessionKeys.length
  if (production) return pass('session-keys', `${count} in SESSION_KEYS; the first one seals.`)
  if (!storeUrl.startsWith('sqlite:')) {
    const reason = 'The store is shared, and the keys may be this machine’s own.'
    return warn('session-keys', reason, 'Give every instance the same SESSION_KEYS.')
  }
  return pass('session-keys', `${count}, for development.`)
}

/** What an API needs and the sign-in does not ask for costs every user another consent later. */
export function scopeFinding({ scopes, downstreamApis }: Config): Finding {
  const asked = new Set(scopes.map((scope) => scope.toLowerCase()))
  const graph = downstreamApis['graph']?.scopes ?? []
  const missing = graph.filter((scope) => !asked.has(scope.toLowerCase()))
  if (missing.length === 0) {
    return pass('scopes', 'The sign-in asks for every scope that Graph is called with.')
  }
  const reason = `The sign-in does not ask for ${missing.join(', ')}, which Graph is called with.`
  const next = 'Add them to "scopes" in aad.config.json, and to the API permissions of the app.'
  return warn('scopes', reason, next, 'developer')
}

/**
 * Who gets the users' tokens for Graph.
 *
 * @param foreignHost the host, if it is not Microsoft's
 */
export function graphHostFinding(
  { downstreamApis }: Config,
  foreignHost: string | undefined,
): Finding {
  const id = 'graph-host'
  const address = downstreamApis['graph']?.baseUrl
  if (address === undefined) return pass(id, 'No API is named graph.')
  if (foreignHost === undefined) return pass(id, `Tokens for Graph go to ${address}.`)
  const reason = `The users’ tokens for Graph go to ${foreignHost}, which is not Microsoft’s.`
  const next =
    'If it is a proxy of your own, leave it. If not, set downstreamApis.graph.baseUrl in aad.config.json, or GRAPH_BASE_URL, to the Graph of your cloud, such as https://graph.microsoft.com/v1.0.'
  return warn(id, reason, next)
}

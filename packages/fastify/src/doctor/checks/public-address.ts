/** The address that people open: what is configured, what answers there, and how a browser came. */
import { api, basePathOf, health } from '@gatehouse/contract/paths'
import type { Config } from '../../config/index.ts'
import { explainNetworkFailure, type NetworkFailure } from '../../outgoing/index.ts'
import { type Check, fail, type Finding, pass, unknown, warn } from '../check.ts'
import { httpGet } from '../http.ts'

const isDeployed = (config: Config) => config.publicUrl.startsWith('https:')
const isUnderPath = (config: Config) => basePathOf(config.publicUrl) !== ''
const trustProxy = 'Set TRUSTED_PROXIES to the proxy’s address or range.'

export const address: Check = {
  id: 'address',
  run: ({ config }) => [addressFinding(config)],
}

function addressFinding(config: Config): Finding {
  const { publicUrl: url, production, trustedProxies, usesLocalTenant } = config
  if (isDeployed(config) && usesLocalTenant) {
    return pass('address', `publicUrl is ${url}, which leads to this machine.`)
  }
  if (isDeployed(config) && !production) {
    const reason = `${url} is a deployment, and NODE_ENV is not production.`
    const next = 'Set NODE_ENV=production where the app is deployed.'
    return { ...warn('address', reason, next), copy: 'NODE_ENV=production' }
  }
  if (isDeployed(config) && trustedProxies.length === 0) {
    const reason =
      'A proxy in front ends TLS, and its address is not in TRUSTED_PROXIES: all visitors share one limit.'
    return warn('address', reason, trustProxy)
  }
  return pass('address', `publicUrl is ${url}.`)
}

/** Whether the public address leads here, with https: plain http is this machine. */
export const publicUrl: Check = {
  id: 'public-url',
  run: async ({ config }) => [await askPublicUrl(config)],
}

/** @param get for tests */
export async function askPublicUrl(config: Config, get = httpGet): Promise<Finding> {
  if (!isDeployed(config)) {
    return unknown('public-url', `${config.publicUrl} is on this machine only.`)
  }
  const { host } = new URL(config.publicUrl)
  const facts = await fetchFacts(config, get).catch((error: unknown) =>
    explainNetworkFailure(error, host),
  )
  return publicUrlFinding(config, facts)
}

interface PublicUrlFacts {
  isAlive: boolean
  /** The scheme and host that it redirects to, if any. */
  redirectsTo: string | undefined
}

/**
 * Asks for the app's health at the public address; under a path for the session, because the app answers health checks
 * also behind a proxy that takes the path off, and nothing else.
 *
 * @throws if there is no answer
 */
async function fetchFacts(config: Config, get: typeof httpGet): Promise<PublicUrlFacts> {
  const [path, word] = isUnderPath(config) ? [api.session, 'signedIn'] : [health.alive, 'alive']
  const url = config.publicUrl + path
  const { status, location, text } = await get(url, 64 * 1024, config.proxy)
  return {
    isAlive: status === 200 && text.includes(word),
    redirectsTo: URL.canParse(location) ? new URL(location).origin : undefined,
  }
}

/** @param facts why nothing answers; undefined if that is not known */
function publicUrlFinding(
  config: Config,
  facts: PublicUrlFacts | NetworkFailure | undefined,
): Finding {
  const id = 'public-url'
  const { publicUrl: url } = config
  const start = isUnderPath(config)
    ? `Start the app, and let the proxy pass everything under ${basePathOf(url)} to HOST:PORT, over http, with the Host header, and with the path as it came.`
    : 'Start the app, and let the proxy pass every path to HOST:PORT, over http, with the Host header.'
  if (!facts) return warn(id, `Nothing answers at ${url} from here.`, start)
  if ('kind' in facts) {
    const { kind, sentence, next } = facts
    const isAbout = kind === 'tls' || kind === 'dns' || kind === 'proxy'
    const reason = `Nothing answers at ${url} from here: ${sentence}.`
    return warn(id, reason, isAbout ? next : start)
  }
  if (facts.isAlive) return pass(id, `${url} leads to the app.`)
  if (facts.redirectsTo && facts.redirectsTo !== new URL(url).origin) {
    const reason = `${url} sends people on to ${facts.redirectsTo}.`
    return fail(id, reason, 'Set publicUrl to the address that people end at, and register it.')
  }
  const other = `Another server than the app answers at ${url}, or its proxy cannot reach the app.`
  return warn(id, other, start)
}

/**
 * How the browser reached the doctor's page. A proxy may hide another address from the server, so the
 * page checks its address bar itself. It is no check of the list, because a diagnosis is shared by many
 * requests, and this is about one.
 *
 * @param isForwarded whether a proxy forwarded the request
 */
export function browserRequestFinding(
  { publicUrl: url, trustedProxies }: Config,
  isForwarded: boolean,
): Finding {
  const id = 'address-bar'
  if (isForwarded && trustedProxies.length === 0) {
    return warn(id, 'A proxy passed the request on, and TRUSTED_PROXIES is empty.', trustProxy)
  }
  return pass(id, `The browser came to ${url}.`)
}

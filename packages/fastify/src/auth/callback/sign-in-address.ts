/** Where a sign-in came from, for the list of a user's own sessions. */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

const ofProxies = ['x-forwarded-for', 'forwarded']

/**
 * The IP address of the browser, as far as it is known. Behind a proxy that is not in TRUSTED_PROXIES the
 * connection's address is the proxy's, and the header's is anyone's: neither says where the user is.
 */
export function signInAddress({ headers, ip, ips }: FastifyRequest): string | undefined {
  // Fastify has `ips` if it trusts proxies.
  if (!ips && ofProxies.some((name) => name in headers)) return undefined
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return isIP(address) === 0 ? undefined : address
}

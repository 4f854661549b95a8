/**
 * Refuses requests for other hosts. A website can give its own name the address of this machine (DNS
 * rebinding). The browser then takes the tenant for that site, and its scripts could sign in and read the
 * directory. Such a request cannot change the host that it names.
 */

import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

const refusal = JSON.stringify({
  error:
    'The local tenant answers to localhost, to loopback addresses and to the hosts of its origins.',
})

/**
 * Answers 421 to every request for another host (RFC 9110, section 15.5.20). It has to be the first hook, so
 * that such a request meets no fault and is not in the journal.
 *
 * @param origins of the sign-in and of Graph, if they have other names; requests for their hosts are answered too
 */
export function refuseForeignHosts(
  app: FastifyInstance,
  origins: readonly (string | undefined)[],
): void {
  const named = new Set(origins.flatMap((origin) => (origin ? [new URL(origin).hostname] : [])))
  const isOwn = (authority: string) => {
    const name = authority.replace(/:\d+$/, '').toLowerCase()
    return isLoopback(name) || named.has(name)
  }
  app.addHook('onRequest', async ({ raw }, reply) => {
    const authorities = authoritiesOf(raw)
    if (authorities.length > 0 && authorities.every(isOwn)) return undefined
    reply.code(421).headers({ 'cache-control': 'no-store' }).type('application/json; charset=utf-8')
    // A string: an object would pass the hooks that make answers of Graph.
    return reply.send(refusal)
  })
}

/**
 * The hosts that a request names: that of its Host line, and that of a target in absolute form, which is
 * routed like a path (RFC 9112, section 3.2.2). Empty without a Host line and with several: the parser
 * accepts several, and programs on the way may have used another one.
 */
function authoritiesOf({ url = '', headers, headersDistinct }: Partial<IncomingMessage>): string[] {
  // A request of a batch comes from the tenant itself and passed no parser: it has one Host line.
  const hosts = headersDistinct ? (headersDistinct['host'] ?? []) : [headers?.host ?? '']
  if (hosts.length !== 1) return []
  if (url.startsWith('/') || url === '*') return hosts
  return [...hosts, /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '']
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}

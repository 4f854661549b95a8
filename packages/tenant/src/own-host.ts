/**
 * Which hosts the tenant answers to. A website can give its own name the address of this machine (DNS
 * rebinding): the browser takes the tenant for that site then, and lets its scripts sign in and read the
 * directory. What such a request cannot change is the name that it asks for.
 */

import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isLoopback } from './options.ts'

const refusal = JSON.stringify({
  error:
    'The local tenant answers to localhost, to loopback addresses and to the host of its origin.',
})

/**
 * Refuses every request that asks for another host with 421 (RFC 9110, section 15.5.20). It has to be the
 * first hook: what is refused meets no fault and does not reach the journal.
 *
 * @param origin of the proxy in front, whose host is answered as well
 */
export function refuseForeignHosts(app: FastifyInstance, origin: string | undefined): void {
  const named = origin && new URL(origin).hostname
  const isOwn = (authority: string) => {
    const name = authority.replace(/:\d+$/, '').toLowerCase()
    return isLoopback(name) || name === named
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
 * routed like a path (RFC 9112, section 3.2.2). None without a Host line, and with several: the parser lets
 * them through, and programs on the way may have gone by another one.
 */
function authoritiesOf({ url = '', headersDistinct }: IncomingMessage): string[] {
  const hosts = headersDistinct['host'] ?? []
  if (hosts.length !== 1) return []
  if (url.startsWith('/') || url === '*') return hosts
  return [...hosts, /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '']
}

/** The address that a request comes from, behind proxies. `request.ip` is read from X-Forwarded-For, which is made clean here. */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const ofProxies = ['x-forwarded-for', 'x-forwarded-proto', 'forwarded'] as const

/**
 * The addresses of an X-Forwarded-For, nearest last, as IP addresses alone. Azure Application Gateway adds the
 * port, which is another one for each connection. Each proxy adds on the right, so what is left of an entry
 * that is no address is dropped with it: nobody who is trusted vouches for that.
 */
function cleanForwardedFor(header: string): string {
  const entries = header.split(',').map((entry) => addressIn(entry.trim()))
  const lastWrong = entries.lastIndexOf(undefined)
  return entries.slice(lastWrong + 1).join(', ')
}

/** `203.0.113.6`, `203.0.113.6:51234`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`; `fe80::1%eth0`. */
function addressIn(entry: string): string | undefined {
  const [, inBrackets, v4] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(entry) ?? []
  const address = inBrackets ?? v4 ?? entry
  return isIP(address) === 0 ? undefined : address
}

interface ClientAddressOptions {
  trustedProxies: readonly string[]
}

function clientAddress(
  app: FastifyInstance,
  { trustedProxies }: ClientAddressOptions,
  done: () => void,
): void {
  if (trustedProxies.length > 0) cleanHeaders(app)
  else warnOfProxies(app)
  done()
}

/** Before anything reads `request.ip`. */
function cleanHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw: { headers } }, _reply, next) => {
    const header = headers['x-forwarded-for']
    if (typeof header === 'string') headers['x-forwarded-for'] = cleanForwardedFor(header)
    next()
  })
}

/** Once: without TRUSTED_PROXIES all people behind a proxy share its address, and one limit. */
function warnOfProxies(app: FastifyInstance): void {
  let hasWarned = false
  app.addHook('onRequest', (request, _reply, next) => {
    if (!hasWarned && cameThroughProxy(request.raw)) {
      hasWarned = true
      const header = ofProxies.find((name) => name in request.headers)
      request.log.warn({ event: 'proxy_not_trusted', header }, notTrusted)
    }
    next()
  })
}

/** Each by its name: a list of names costs ten times as much, and this is asked of every request. */
function cameThroughProxy({ headers }: IncomingMessage): boolean {
  return (
    headers['x-forwarded-for'] !== undefined ||
    headers['x-forwarded-proto'] !== undefined ||
    headers.forwarded !== undefined
  )
}

const notTrusted =
  'A proxy’s header has come, and TRUSTED_PROXIES is not set: everyone behind that proxy shares one rate limit. List its address'

export default fp(clientAddress, { name: 'client-address' })

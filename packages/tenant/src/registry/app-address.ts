/** Where the application of a client is, as far as the tenant can know: from its redirect URIs. */

import type { Journal } from '../journal.ts'
import { isRedirectUri, type Client } from './client.ts'

export interface AppAddress {
  /** Its home page, with a slash at the end. */
  home: string
  /** Whether its redirect URI is Gatehouse's, so that the paths of its pages are known. */
  isGatehouse: boolean
}

/**
 * The address that the latest sign-in was sent back to, because the port of a localhost address may be another than
 * the registered one. Without a sign-in, the redirect URI that was registered last.
 *
 * @returns undefined if no redirect URI is a web address
 */
export function appAddress(client: Client, journal: Journal): AppAddress | undefined {
  const asked = journal
    .entries()
    .findLast(({ endpoint, query }) => endpoint === 'authorize' && isOf(client, query))
  const latest = asked?.query['redirect_uri']
  const registered = client.redirectUris.toReversed()
  return [...(typeof latest === 'string' ? [latest] : []), ...registered]
    .map(addressOf)
    .find((address) => address !== undefined)
}

function isOf(client: Client, query: Record<string, string | string[]>): boolean {
  const { client_id: clientId, redirect_uri: uri } = query
  if (typeof clientId !== 'string' || typeof uri !== 'string') return false
  // Anyone can write the address of an authorization request.
  return clientId.toLowerCase() === client.clientId.toLowerCase() && isRedirectUri(client, uri)
}

/** The end of Gatehouse's redirect URIs; an app that shares its host has a path before it. */
const gatehousePath = /\/(?:auth\/redirect|signed-out)$/

function addressOf(uri: string): AppAddress | undefined {
  if (!URL.canParse(uri)) return undefined
  const { protocol, origin, pathname } = new URL(uri)
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  const isGatehouse = gatehousePath.test(pathname)
  const base = isGatehouse ? pathname.replace(gatehousePath, '') : ''
  return { home: `${origin}${base}/`, isGatehouse }
}

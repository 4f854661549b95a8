/**
 * Which addresses of an answer the page follows. If an attacker controls an answer, it can neither run a
 * script here nor lead to another site in place of this one.
 */
import { pages } from '@gatehouse/contract/paths'

/**
 * A path of this site unchanged, or undefined. It has to be printable ASCII, as the server sends it:
 * browsers drop tabs and line breaks from an address, so `/<tab>/evil.example` is another site.
 */
export function ownPath(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  return /^\/(?![/\\])[!-~]*$/.test(address) ? address : undefined
}

/**
 * Where a sign-out goes next: to Microsoft, to a local tenant, or to a page of this app. Any other address
 * becomes the signed-out page, which says that the session at Microsoft may remain.
 */
export function signOutAddress(location: unknown): string {
  if (typeof location === 'string' && isSafeSite(location)) return location
  return ownPath(location) ?? `${pages.signedOut}?local=1`
}

/** https, or plain http on this machine. The slashes are required: `https:evil` is a relative address. */
function isSafeSite(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

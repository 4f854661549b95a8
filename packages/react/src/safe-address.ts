/**
 * Which addresses the page goes to because an answer names them. Whatever got into the answer, it chooses
 * no script to run here, and no other site where one of ours belongs.
 */

import { pages } from '@gatehouse/contract/paths'

/**
 * A path of this site as it is, or undefined. It is printable ASCII, as the server sends it: browsers drop
 * tabs and line breaks from an address, and without them `/<tab>/evil.example` is another site.
 */
export function ownPath(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  return /^\/(?![/\\])[!-~]*$/.test(address) ? address : undefined
}

/**
 * Where a sign-out goes on: at Microsoft, at a local tenant, or at a page of ours. Anything else is not
 * followed, and our own page says that the session at Microsoft may remain.
 */
export function signOutAddress(location: unknown): string {
  if (typeof location === 'string' && isSafeSite(location)) return location
  return ownPath(location) ?? `${pages.signedOut}?local=1`
}

/** https, or plain http on this machine. The slashes have to be there: `https:evil` is a relative address. */
function isSafeSite(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

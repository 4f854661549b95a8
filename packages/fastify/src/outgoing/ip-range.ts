/** Addresses and ranges in settings, such as 10.0.0.5, 10.1.0.0/16 and fd00::/8. */
import { type BlockList, isIP } from 'node:net'

/** Node's name of an address family; undefined if the text is no IP address. */
export function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  return version === 0 ? undefined : `ipv${version === 4 ? 4 : 6}`
}

/**
 * @param text an address, or a range in CIDR notation (RFC 4632 §3.1)
 * @returns whether it is one; if not, the list is as before
 */
export function addRange(list: BlockList, text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = familyOf(address)
  if (family === undefined || rest.length > 0) return false
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return false
  const bits = Number(prefix ?? (family === 'ipv4' ? 32 : 128))
  if (bits > (family === 'ipv4' ? 32 : 128)) return false
  list.addSubnet(address, bits, family)
  return true
}

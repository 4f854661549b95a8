/**
 * NO_PROXY: the servers that are reached without the proxy. There is no standard; names mean what they do
 * for undici and Node, and ranges of addresses what they do for curl (since 7.86) and Go.
 */
import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

interface Entry {
  /** In lower case and ASCII, or `*` for every host. */
  name: string
  /** Whether the name itself counts, and not its subdomains alone. */
  withApex: boolean
  /** Undefined for every port. */
  port: number | undefined
}

interface Entries {
  names: Entry[]
  ranges: BlockList
  /** Those that have no meaning. */
  wrong: string[]
}

/** `*`, `host`, `.host` or `*.host`, an IPv6 address in brackets, and a port behind each. */
const form =
  /^(?<start>\*?\.)?(?<name>\*|\[[\da-f:.]+\]|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)\.?(?::(?<port>\d{1,5}))?$/iu

function parse(text: string): Entries {
  const ranges = new BlockList()
  const names: Entry[] = []
  const wrong: string[] = []
  for (const entry of text.split(/[,\s]+/).filter(Boolean)) {
    if (addRange(ranges, entry)) continue
    const name = parseName(entry)
    if (name) names.push(name)
    else wrong.push(entry)
  }
  return { names, ranges, wrong }
}

function parseName(entry: string): Entry | undefined {
  const { start, name = '', port } = form.exec(entry)?.groups ?? {}
  if (start !== undefined && /^[*[]/.test(name)) return undefined
  if (Number(port ?? 0) > 65_535) return undefined
  const host = name === '*' ? name : hostOf(name)
  if (!host) return undefined
  return {
    name: host,
    withApex: start !== '*.',
    port: port === undefined ? undefined : Number(port),
  }
}

/** As a URL has it; undefined for no host, such as 10.0.0 or 10.0.0.999. */
function hostOf(name: string): string | undefined {
  const host = name.startsWith('[') ? URL.parse(`http://${name}`)?.hostname : domainToASCII(name)
  const isNumeric = /(?:^|\.)\d+$/.test(name)
  return host && (!isNumeric || familyOf(name)) ? host : undefined
}

/** What is wrong with NO_PROXY; completes "NO_PROXY …". */
export function noProxyProblem(text: string): string | undefined {
  const [wrong] = parse(text).wrong
  if (wrong === undefined) return undefined
  const what = wrong.includes('@') ? 'an entry with an @' : `the entry ${wrong}`
  return `has ${what}; it takes names such as example.com, .example.com or *.example.com, addresses, and ranges such as 10.0.0.0/8, separated by commas`
}

/** @returns whether a server is reached without the proxy; wrong entries match none */
export function createNoProxy(text: string): (url: URL) => boolean {
  const { names, ranges } = parse(text)
  return ({ hostname, port, protocol }) => {
    const host = hostname.replace(/(?<=.)\.$/, '')
    const address = host.replace(/^\[(.*)\]$/, '$1')
    const family = familyOf(address)
    if (family !== undefined && ranges.check(address, family)) return true
    const here = Number(port || (protocol === 'https:' ? 443 : 80))
    return names.some(
      (entry) => (entry.port ?? here) === here && (entry.name === '*' || isIn(host, entry)),
    )
  }
}

function isIn(host: string, { name, withApex }: Entry): boolean {
  return (withApex && host === name) || host.endsWith(`.${name}`)
}

/** Node's name of an address family; undefined if the text is no IP address. */
function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
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

/** What the list of a user's own sessions shows of a sign-in: the device, and where it came from. */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** The rest of a header is not read: a browser's own is about 120 characters long. */
const maxLength = 512

/** Found in Sec-CH-UA or in the user agent, the more special first: most of them say Chrome as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\/|"Microsoft Edge"/, 'Edge'],
  [/\bOPR\/|\bOPiOS\/|"Opera"/, 'Opera'],
  [/\bVivaldi\/|"Vivaldi"/, 'Vivaldi'],
  [/"Brave"/, 'Brave'],
  [/\bSamsungBrowser\/|"Samsung Internet"/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\/|\bCriOS\/|"Google Chrome"|"Chromium"/, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biP(?:hone|ad|od)\b|"iOS"/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b|"Chrome OS"/, 'ChromeOS'],
  [/\bMacintosh\b|"macOS"/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/**
 * A readable name for what a browser says it is, such as "Firefox on Windows". It consists of names from
 * this file alone: anyone can write a user agent, and the name is shown in a list and kept in the store.
 *
 * https://wicg.github.io/ua-client-hints/
 */
export function deviceName(headers: IncomingHttpHeaders): string {
  const header = (name: string) => String(headers[name] ?? '').slice(0, maxLength)
  const agent = header('user-agent')
  const named = findName(browsers, agent)
  // Some browsers are Chrome in the user agent, and have their own name in the hints.
  const hinted = named === undefined || named === 'Chrome'
  const browser = (hinted ? findName(browsers, header('sec-ch-ua')) : undefined) ?? named
  const system = findName(systems, agent) ?? findName(systems, header('sec-ch-ua-platform'))
  return [browser, system].filter(Boolean).join(' on ') || 'Unknown device'
}

function findName(table: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}

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

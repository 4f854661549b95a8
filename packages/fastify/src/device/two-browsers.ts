/**
 * Notices that a session's cookie is in two browsers, where no key of a device shows it. It looks at what every request
 * says of its browser: the names of browser and system in `User-Agent`, and the brand and platform of the client
 * hints. Addresses do not count: one browser has many. Only the last names are kept, in memory, with the cookie.
 *
 * https://wicg.github.io/ua-client-hints/
 */
import type { IncomingHttpHeaders } from 'node:http'

/**
 * A browser can change its names: an update, "desktop site", a tool for developers. It does not change them, back, and
 * again within this time, ms.
 */
const windowMs = 60_000
const maxChanges = 3
/** Safari has audio and video fetched by the system, with the session's cookie and a name that is no browser's. */
const ofSystem = /^AppleCoreMedia\//

/** The headers that count. */
const named = ['user-agent', 'sec-ch-ua', 'sec-ch-ua-platform'] as const

/** What one session's requests have said last. */
interface Seen {
  /** The headers as they came, so that the usual request costs three comparisons. */
  sent: Readonly<IncomingHttpHeaders>
  browser: string
  /** Undefined until a request had client hints: Firefox and Safari send none, and some requests of Chrome. */
  hints: string | undefined
  /** When the names changed, ms since the epoch, the newest last. */
  changes: number[]
  /** It was reported, once for all. */
  isReported: boolean
}

/** `owner` is an object that lives as long as the session's cookie is in use. */
export class TwoBrowsers {
  readonly #seen = new WeakMap<object, Seen>()
  readonly #nameOf: (headers: IncomingHttpHeaders) => string
  readonly #now: () => number

  /** @param nameOf the names of browser and system in headers. @param now milliseconds since the epoch */
  constructor(nameOf: (headers: IncomingHttpHeaders) => string, now: () => number) {
    this.#nameOf = nameOf
    this.#now = now
  }

  /** Looks at a request. @returns true once, for the request with which it is certain that there are two */
  isSecond(owner: object, headers: IncomingHttpHeaders): boolean {
    const seen = this.#seen.get(owner)
    if (seen && named.every((name) => headers[name] === seen.sent[name])) return false
    const { 'user-agent': agent } = headers
    if (agent !== undefined && ofSystem.test(agent)) return false
    const sent = Object.fromEntries(named.map((name) => [name, headers[name]]))
    const { browser, hints } = this.#namesIn(headers)
    if (!seen) {
      this.#seen.set(owner, { sent, browser, hints, changes: [], isReported: false })
      return false
    }
    const isOther = browser !== seen.browser || !sameHints(seen.hints, hints)
    Object.assign(seen, { sent, browser, hints: hints ?? seen.hints })
    return isOther && this.#change(seen)
  }

  #change(seen: Seen): boolean {
    const at = this.#now()
    seen.changes = [...seen.changes.filter((one) => Math.abs(at - one) < windowMs), at]
    if (seen.isReported || seen.changes.length < maxChanges) return false
    seen.isReported = true
    return true
  }

  #namesIn(headers: IncomingHttpHeaders): Pick<Seen, 'browser' | 'hints'> {
    const { 'user-agent': agent } = headers
    return { browser: this.#nameOf({ 'user-agent': agent }), hints: hintsIn(headers) }
  }
}

/** A request without hints says nothing about them. */
function sameHints(known: string | undefined, hints: string | undefined): boolean {
  return known === undefined || hints === undefined || known === hints
}

/** Brands without their versions, which an update changes. Their order changes with the version as well. */
function hintsIn(headers: IncomingHttpHeaders): string | undefined {
  const { 'sec-ch-ua': brands, 'sec-ch-ua-platform': platform } = headers
  if (typeof brands !== 'string' || typeof platform !== 'string') return undefined
  const names = [...brands.slice(0, 512).matchAll(/"([^"]*)";v=/g)].map(([, name = '']) => name)
  // One of them is made up, so that nobody relies on the list: "Not A Brand", with signs that change.
  const real = names.filter((name) => !/\bnot.?a\b/i.test(name))
  return [...real.toSorted(), platform.slice(0, 64)].join(' ')
}

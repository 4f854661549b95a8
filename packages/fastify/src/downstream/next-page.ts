/** The path and query of a call, and the link to the next page of a list, such as Graph's `@odata.nextLink`. */
import { stringify } from 'node:querystring'
import { apiProblem } from '../errors.ts'

/** Graph's page tokens have less than 1 kB. A longer one would make a cursor too long for a URL. */
const maxLength = 2100
/** Of a whole link, with the query of its list: no server takes longer addresses. Four megabytes took seconds to read. */
const maxLinkLength = 16 * 1024

interface NextPageOptions {
  /** The API's name in problems. */
  name: string
  baseUrl: string
  /** The path of the list within the API. */
  path: string
  /** The query that the route itself sends with every page. */
  query: Readonly<Record<string, string>>
}

/**
 * What a link adds to the query of its list. An API's page token is opaque, whatever its parameter is
 * called, so it is kept as the link spells it and never decoded. The link decides nothing else: the route
 * sends its own query, to its own address.
 *
 * @returns for the option `page` of `callApi`
 * @throws ProblemError `upstream_failed` for a link to another origin, and for one that adds nothing:
 * the list would seem to end here
 */
export function nextPage(link: string, { name, baseUrl, path, query }: NextPageOptions): string {
  if (link.length > maxLinkLength) throw unexpectedLink(name, 'a link that is too long')
  const base = baseUrl.replace(/\/+$/, '')
  const search = plainQuery(link, base) ?? queryOf(link, base + path)
  if (search === undefined) throw unexpectedLink(name, 'a link to another address')
  const ours = Object.keys(query).map(optionName)
  let added = ''
  for (const pair of search.split('&')) {
    if (hasValue(pair) && !ours.includes(optionName(nameOf(pair)))) {
      added += added === '' ? pair : `&${pair}`
    }
  }
  // No part of a URL (RFC 3986 §2), but parsers leave it in a query. A cursor, which is JSON, would escape it twice.
  added = added.replaceAll('\\', '%5C')
  if (added === '') throw unexpectedLink(name, 'a link without a page')
  if (added.length > maxLength) throw unexpectedLink(name, 'a link that is too long')
  return added
}

/** The query of a link; undefined if it leads to another origin than the list. */
function queryOf(link: string, list: string): string | undefined {
  const { origin } = new URL(list)
  const url = URL.parse(link, list)
  return url?.origin === origin ? url.search.slice(1) : undefined
}

/**
 * The same for a link as Graph writes them, below the base address and of characters that no URL parser changes: a
 * fifth of the time. Undefined for every other link.
 *
 * @param base without a slash at its end: the one behind it ends the host's name
 */
function plainQuery(link: string, base: string): string | undefined {
  if (!link.startsWith(`${base}/`) || !plain.test(link)) return undefined
  const at = link.indexOf('?')
  return at === -1 ? undefined : link.slice(at + 1)
}

/** Without quotes, angle brackets, `#`, backslashes, spaces and control characters. */
const plain = /^[!$-&(-;=?-[\]^_a-z{|}~]*$/

/** Whether a text is one that `nextPage` can return: it cannot leave the query. */
export function isPage(text: string): boolean {
  return text.length <= maxLength && /^[!$-;=?-[\]-~]+$/.test(text)
}

function hasValue(pair: string): boolean {
  const at = pair.indexOf('=')
  return at > 0 && at < pair.length - 1
}

function nameOf(pair: string): string {
  const name = pair.slice(0, pair.indexOf('='))
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** OData's options may be written without `$`, and in any case (OData 4.01, URL conventions §5.1). */
function optionName(name: string): string {
  return (name.startsWith('$') ? name.slice(1) : name).toLowerCase()
}

function unexpectedLink(name: string, what: string) {
  return apiProblem(name, 'upstream_failed', 'gave an unexpected answer', {
    cause: new Error(what),
  })
}

/** For the author of the route: both are needed. */
const rulesForIds =
  'encode ids with encodeURIComponent, and let the schema of the route refuse those with a slash, a backslash or dots alone'

/**
 * The path within an API as it is sent. Dot segments are refused: undici does not resolve them, and the
 * API would leave its prefix.
 *
 * @param path starts with `/`; ids in it went through `encodeURIComponent`
 * @param page what `nextPage` returned
 * @throws Error for any other path or page: a mistake in the route
 */
export function builtPath(
  path: string,
  query: Record<string, string> | undefined,
  page?: string,
): string {
  if (
    !/^(?:\/[A-Za-z0-9$@._~!*'(),;=:+%-]+)+$/.test(path) ||
    /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path) ||
    /%(?:2f|5c|00)/i.test(path)
  ) {
    throw new Error(`"${path}" is no path that callApi takes; ${rulesForIds}`)
  }
  if (page !== undefined && !isPage(page)) {
    throw new Error('page is not what request.nextPage returned')
  }
  const written = query && stringify(query, '&', '=', { encodeURIComponent: encoded })
  const parts = [written, page].filter((part) => part !== undefined)
  return parts.length > 0 ? `${path}?${parts.join('&')}` : path
}

/** Delimits nothing in a query (RFC 3986 §3.4): OData's options and lists are sent as Microsoft writes them. */
const literal = /^[\w.~$,-]*$/

/**
 * With U+FFFD for a lone surrogate, as in every other query (URL Standard §5.2). The encoder of `stringify` makes one
 * character of it and the next one, which may be the quote that ends a text of OData.
 */
function encoded(text: string): string {
  return literal.test(text) ? text : encodeURIComponent(text.toWellFormed())
}

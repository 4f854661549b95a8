/** Where a call goes. Paths are built by routes; nothing that a request brought becomes one. */
import { stringify } from 'node:querystring'

/**
 * A path within an API, as it goes over the wire. A dot segment would leave the API's prefix: undici
 * resolves nothing.
 *
 * @param path starts with `/`; ids in it went through `encodeURIComponent`
 * @throws Error for anything else: a mistake in the route
 */
export function builtPath(path: string, query: Record<string, string> | undefined): string {
  if (
    !/^(?:\/[A-Za-z0-9$@._~!'(),;=:+%-]+)+$/.test(path) ||
    /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path) ||
    /%(?:2f|5c|00)/i.test(path)
  ) {
    throw new Error(`"${path}" is no path that callApi takes; encode ids with encodeURIComponent`)
  }
  return query ? `${path}?${stringify(query)}` : path
}

/**
 * The forms in which an address of Graph can be written, as one form for routes: `/beta` is `/v1.0` where shapes agree,
 * `users('id')` is `users/id`, and a trailing slash means nothing. OData 4.01 URL Conventions, section 4.3.
 */

import type { IncomingMessage } from 'node:http'

const graphPath = /^((?:https?:\/\/[^/?]+)?)\/(?:v1\.0|beta)(\/[^?]*)?(\?.*)?$/i
/** Up to the colon behind which a path of files stands: their names are no keys, whatever they look like. */
const filePath = /^(.*?\/(?:drive|drives\/[^/]+)\/(?:root|items\/[^/:]+|special\/[^/:]+):)(.*)$/i
const keyed = /^([A-Za-z]+)\('((?:[^']|'')*)'\)$/
const named = /^(users|groups|directoryRoles|devices)\((\w+='(?:[^']|'')*')\)$/i
/** Actions and functions, which may be written with their namespace and, if they are functions, with `()`. */
const bound =
  /^(?:microsoft\.graph\.)?(delta|getMemberGroups|getMemberObjects|checkMemberGroups|checkMemberObjects|getByIds|validateProperties|getAvailableExtensionProperties|restore|revokeSignInSessions|addPassword|removePassword|addKey|removeKey|assignLicense|changePassword)(?:\(\))?$/i

/** @returns the address that routes know; other addresses as they are */
function routedUrl(url: string): string {
  const [, origin, path = '', query = ''] = graphPath.exec(url) ?? []
  if (origin === undefined) return url
  const [, head = path, files = ''] = filePath.exec(path) ?? []
  const segments = head.split('/').filter(Boolean)
  // https://learn.microsoft.com/graph/call-api: an alias for the organisation of the caller.
  if (segments[0]?.toLowerCase() === 'myorganization') segments.shift()
  return [`${origin}/v1.0`, ...segments.flatMap(routedSegment)].join('/') + asSent(files) + query
}

/** Names of files as they were sent; the router refuses a percent sign that encodes nothing. */
function asSent(files: string): string {
  const names = files.split('/').map((name) => (decoded(name) === undefined ? escaped(name) : name))
  return names.join('/').replace(/\/$/, '')
}

function escaped(segment: string): string {
  return segment.replaceAll('%', '%25')
}

/** For Fastify's `rewriteUrl`; the address as it was sent stays in `request.originalUrl`. */
export function rewriteUrl({ url = '/' }: IncomingMessage): string {
  return routedUrl(url)
}

/** What the router takes as a key; no object has a longer one. */
const longestSegment = 1_000

function routedSegment(sent: string): string[] {
  const text = decoded(sent)?.slice(0, longestSegment)
  // A percent sign that encodes nothing is one itself: the router refuses it, and no key has it.
  if (text === undefined) return [escaped(sent.slice(0, longestSegment))]
  const [, collection, key] = keyed.exec(text) ?? []
  if (collection !== undefined && key !== undefined) {
    return [collection, encodeURIComponent(key.replaceAll("''", "'"))]
  }
  const [, owner, alternate] = named.exec(text) ?? []
  if (owner !== undefined && alternate !== undefined) {
    return [owner, encodeURIComponent(`(${alternate})`)]
  }
  const [, action] = bound.exec(text) ?? []
  if (action !== undefined) return [action]
  if (sent.length > longestSegment) return [encodeURIComponent(text)]
  // The router leaves an encoded dollar sign as it is.
  return [sent.replaceAll(/%24/g, '$')]
}

/** @returns undefined for what is no text in UTF-8 */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/** The key of `users(userPrincipalName='…')`; undefined for a plain key. */
export function alternateKey(text: string): { name: string; value: string } | undefined {
  const [, name, value] = /^\((\w+)='((?:[^']|'')*)'\)$/.exec(text) ?? []
  if (name === undefined || value === undefined) return undefined
  return { name, value: value.replaceAll("''", "'") }
}

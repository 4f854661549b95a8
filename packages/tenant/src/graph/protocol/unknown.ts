/** What Graph answers to addresses that the tenant does not serve. */

import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { badBody, badRequest, GraphError } from '../errors.ts'

type Pattern = readonly string[]

/** Keeps the patterns of all routes that are registered after it. @returns what to answer to an unknown address */
export function watchRoutes(app: FastifyInstance): (request: FastifyRequest) => GraphError {
  const patterns = new Map<string, Pattern>()
  app.addHook('onRoute', ({ url }: RouteOptions) => {
    // Such a route takes any name, and asks here about those that are none.
    if (!url.includes('/:property')) patterns.set(url, segmentsOf(url))
  })
  return (request) => unknown([...patterns.values()], segmentsOf(request.url))
}

function segmentsOf(url: string): readonly string[] {
  const [path = ''] = url.split('?', 1)
  return path
    .replace(/^\/(?:v1\.0|beta)/i, '')
    .split('/')
    .filter(Boolean)
}

function unknown(patterns: readonly Pattern[], path: readonly string[]): GraphError {
  const isKnown = (pattern: Pattern) =>
    pattern.length === path.length && depthOf(pattern, path) === path.length
  if (patterns.some(isKnown)) {
    return new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
    )
  }
  const depth = Math.max(0, ...patterns.map((pattern) => depthOf(pattern, path)))
  const segment = path[depth] ?? path.at(-1) ?? ''
  return (
    ofOtherService(path, segment) ??
    badRequest(`Resource not found for the segment '${name(segment)}'.`)
  )
}

/** Without its key: `users` of `users('x')`. */
function name(segment: string): string {
  return segment.replace(/\(.*$/, '')
}

/** How many segments of the path the pattern has. */
function depthOf(pattern: Pattern, path: readonly string[]): number {
  const differs = pattern.findIndex((segment, place) => !fits(segment, path[place]))
  return differs < 0 ? pattern.length : differs
}

/** A segment of a pattern is a name, `:key`, or `name(:key`. */
function fits(segment: string, asked: string | undefined): boolean {
  if (asked === undefined) return false
  if (segment.startsWith(':')) return true
  const [start = '', key] = segment.toLowerCase().split(':')
  return key === undefined ? start === asked.toLowerCase() : asked.toLowerCase().startsWith(start)
}

const mailbox =
  /^(messages|mailFolders|events|calendar|calendars|calendarView|calendarGroups|contacts|contactFolders|mailboxSettings|sendMail|findMeetingTimes|inferenceClassification|outlook|people)$/i
/** Drives of users are served; those of groups, and what else is kept in SharePoint, are not. */
const sharePoint = /^(drive|drives|onenote|insights|sites)$/i

/**
 * Nobody in this tenant has a mailbox, and it has no sites. The codes are those that Graph answers to users and tenants without
 * them, as developers report them; no page lists them.
 */
function ofOtherService(path: readonly string[], segment: string): GraphError | undefined {
  if (/^(me|users)$/i.test(path[0] ?? '') && mailbox.test(segment)) {
    return new GraphError(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    )
  }
  if (sharePoint.test(segment)) return badRequest('Tenant does not have a SPO license.')
  // A request to a user's own address without a key.
  if (path.length === 0) return badBody('The request has no resource.')
  return undefined
}

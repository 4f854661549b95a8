/** What a request says of who will see its answer, and when (Fetch Metadata, W3C). */
import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a person would see the answer: a browser says that it navigates. Without Fetch Metadata, what it
 * accepts decides: scripts and programs ask for JSON, or for anything.
 */
export function isForPerson(headers: IncomingHttpHeaders): boolean {
  const mode = headers['sec-fetch-mode']
  return mode === undefined ? headers.accept?.includes('text/html') === true : mode === 'navigate'
}

/**
 * Whether a tab opens the address now: no image, frame, file or script asks, and nothing is fetched in advance. A client
 * that sends no Fetch Metadata passes.
 */
export function isNavigation(headers: IncomingHttpHeaders): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers
  return (
    !isFetchedInAdvance(headers) &&
    (mode === undefined || mode === 'navigate') &&
    (destination === undefined || destination === 'document')
  )
}

/** Today's header (HTML Living Standard §7.4.1.2), and older names of it. */
const inAdvance = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const

/** Whether what is asked for is opened later, perhaps by somebody else, or never: a prefetch, prerendering or preview. */
export function isFetchedInAdvance(headers: IncomingHttpHeaders): boolean {
  return inAdvance.some((name) => headers[name] !== undefined)
}

/** Times of requests, in UTC. */

import { html } from 'ghtml'

/** @param end of the ISO time: 19 for seconds, 23 for milliseconds */
export function timeOf(at: number, end: number): string {
  const time = new Date(at).toISOString()
  return html`<time datetime="${time}">${time.slice(11, end)}</time>`
}

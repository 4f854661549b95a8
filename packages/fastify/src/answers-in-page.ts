/** Requests that this server makes to itself for a page that it sends: the browser gets their answers in it, and no header. */
import type { IncomingMessage } from 'node:http'

const ofPages = new WeakSet<IncomingMessage>()

export function isAnsweredInPage(request: IncomingMessage): boolean {
  return ofPages.has(request)
}

export function answerInPage(request: IncomingMessage): void {
  ofPages.add(request)
}

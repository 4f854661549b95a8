/** A client of Microsoft Graph. It waits if Graph asks it to, and follows pages. */

import { setTimeout as sleep } from 'node:timers/promises'
import { parseRetryAfter } from '@gatehouse/fastify/outgoing'
import type { Answer, Network, NetworkRequest } from '../network.ts'
import { isTooEarly, refusal } from './answers.ts'

/** With the waits of `retryDelayMs`, about a minute in total. */
const attempts = 7

interface Call {
  method: NetworkRequest['method']
  /** Below the version, such as `/applications`. */
  path: string
  body?: object
  headers?: Record<string, string>
  /** The request in words, for an error: `create the application`. */
  what: string
  /** The object is new, so "not found" means "not yet". */
  fresh?: boolean
}

export interface Graph {
  /** Sends a request, and repeats it after throttling and transient failures. @throws SetupError */
  call(call: Call): Promise<Answer>
  /** Sends a request. @returns the body. @throws SetupError for every refusal */
  send<T>(call: Call): Promise<T>
  /** Reads an object; undefined if it does not exist. @throws SetupError */
  find<T>(path: string, what: string): Promise<T | undefined>
  /** Reads all pages of a collection. @throws SetupError */
  list<T>(path: string, what: string): Promise<T[]>
}

/** @param baseUrl with the version, without a trailing slash */
export function createGraph(network: Network, baseUrl: string, token: string): Graph {
  async function call({ method, path, body, headers, what, fresh }: Call): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await network.send({
        method,
        url: path.startsWith('http') ? onSameHost(path, baseUrl) : baseUrl + path,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      })
      const busy = [429, 502, 503, 504].includes(answer.status)
      const early = fresh === true && isTooEarly(answer)
      if (!busy && !early) return answer
      if (attempt === attempts) throw refusal(answer, what)
      await sleep(retryDelayMs(answer.headers['retry-after'], attempt))
    }
  }

  async function send<T>(sending: Call): Promise<T> {
    const answer = await call(sending)
    if (answer.status >= 200 && answer.status < 300) return answer.body as T
    throw refusal(answer, sending.what)
  }

  return {
    call,
    send,
    find: async <T>(path: string, what: string) => {
      const answer = await call({ method: 'GET', path, what })
      if (answer.status === 404) return undefined
      if (answer.status === 200) return answer.body as T
      throw refusal(answer, what)
    },
    list: async <T>(path: string, what: string) => {
      const members: T[] = []
      let next: string | undefined = path
      while (next) {
        const page: { value: T[]; '@odata.nextLink'?: string } = await send({
          method: 'GET',
          path: next,
          what,
        })
        members.push(...page.value)
        next = page['@odata.nextLink']
      }
      return members
    },
  }
}

/** The next page has to be of the same host: the token goes there. */
function onSameHost(link: string, baseUrl: string): string {
  if (new URL(link).origin === new URL(baseUrl).origin) return link
  throw new Error(`A page of Microsoft Graph continues at ${new URL(link).origin}`)
}

/** The longest wait between two attempts; Graph rarely asks for more. */
const longestMs = 60_000

/**
 * How long to wait before the next attempt, in ms: what `Retry-After` says, or twice the last wait.
 *
 * @param attempt the number of attempts so far, from 1
 */
export function retryDelayMs(
  header: string | undefined,
  attempt: number,
  now = Date.now(),
): number {
  const seconds = parseRetryAfter(header, now) ?? 0.5 * 2 ** (attempt - 1)
  return Math.min(seconds * 1000, longestMs)
}

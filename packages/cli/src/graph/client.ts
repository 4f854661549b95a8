/** Microsoft Graph for the commands: waits when told to, and follows pages. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Network, Sending } from '../network.ts'
import { isTooEarly, refusal } from './answers.ts'

/** With the waits of `retryDelayMs`: about a minute before it gives up. */
const attempts = 7

interface Call {
  method: Sending['method']
  /** Below the version, such as `/applications`. */
  path: string
  body?: object
  headers?: Record<string, string>
  /** In words, for the sentence that says it did not work: `create the application`. */
  what: string
  /** The object was made a moment ago: "not found" means "not yet". */
  fresh?: boolean
}

export interface Graph {
  /** The answer, whatever Graph says; throttling and faults of a moment are waited out. @throws SetupError */
  call(call: Call): Promise<Answer>
  /** The answer's body. @throws SetupError for every refusal */
  send<T>(call: Call): Promise<T>
  /** The object, or undefined where there is none. @throws SetupError */
  find<T>(path: string, what: string): Promise<T | undefined>
  /** The members of a collection, all pages of it. @throws SetupError */
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

/** A next page is where this one came from, or the token would go elsewhere. */
function onSameHost(link: string, baseUrl: string): string {
  if (new URL(link).origin === new URL(baseUrl).origin) return link
  throw new Error(`A page of Microsoft Graph continues at ${new URL(link).origin}`)
}

/** Longer than any wait that Graph asks for in earnest; beyond it, a person is better told. */
const longestMs = 60_000

/**
 * How long to wait before the next attempt, in ms: what `Retry-After` says (RFC 9110 §10.2.3,
 * seconds or a date), or twice as long each time.
 *
 * @param attempt how many there were, from 1
 */
export function retryDelayMs(
  header: string | undefined,
  attempt: number,
  now = Date.now(),
): number {
  const asked = /^\d{1,6}$/.test(header ?? '')
    ? Number(header) * 1000
    : Date.parse(header ?? '') - now
  const doubled = 500 * 2 ** (attempt - 1)
  return Math.min(Math.max(Number.isNaN(asked) ? doubled : asked, 0), longestMs)
}

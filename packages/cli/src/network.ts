/** The one way out to Entra and Graph: bounded in time and size, never following a redirect. */
import { Agent, request } from 'undici'
import { SetupError } from './errors.ts'

/** Creating an application takes Graph a few seconds on a slow day. */
const totalMs = 30_000
const connectMs = 10_000
/** Graph's own service principal, with all its permissions, is about 1 MB. */
const maxBytes = 8 * 1024 * 1024

export interface Sending {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string
}

export interface Answer {
  status: number
  headers: Record<string, string>
  /** Undefined where the answer has no body, or one that is not JSON. */
  body: unknown
}

export interface Network {
  /** @throws SetupError `offline` where nobody answers in time */
  send(sending: Sending): Promise<Answer>
  close(): Promise<void>
}

export function createNetwork(): Network {
  const agent = new Agent({ connect: { timeout: connectMs }, maxResponseSize: maxBytes })
  return {
    send: async ({ method, url, headers = {}, body }) => {
      try {
        const answer = await request(url, {
          method,
          headers: { accept: 'application/json', ...headers },
          body: body ?? null,
          dispatcher: agent,
          signal: AbortSignal.timeout(totalMs),
        })
        const text = await answer.body.text()
        return { status: answer.statusCode, headers: single(answer.headers), body: parse(text) }
      } catch (error) {
        throw new SetupError(
          'offline',
          `${new URL(url).host} cannot be reached.`,
          'Check the connection (and the proxy or firewall in between), then run the command again: it continues where it stopped.',
          { cause: error },
        )
      }
    },
    close: () => agent.destroy(),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')])
  return Object.fromEntries(entries) as Record<string, string>
}

/** All requests to Entra and Graph. They are bounded in time and size, and follow no redirect. */
import {
  createHttpClient,
  explainNetworkFailure,
  type JsonAnswer,
  type JsonRequest,
  type ProxySettings,
  requestJson,
} from '@gatehouse/fastify/outgoing'
import { SetupError } from './errors.ts'

/** Graph can take several seconds to create an application. */
const totalMs = 30_000
/** Graph's own service principal, with all its permissions, is about 1 MB. */
const limits = { connectMs: 10_000, idleMs: totalMs, maxBytes: 8 * 1024 * 1024 }

export type NetworkRequest = JsonRequest
export type Answer = JsonAnswer

export interface Network {
  /** @throws SetupError `offline` without an answer in time */
  send(sending: NetworkRequest): Promise<Answer>
  close(): Promise<void>
}

export function createNetwork(proxy: ProxySettings): Network {
  const client = createHttpClient(proxy, limits)
  return {
    send: async (sending) => {
      try {
        // A second application, made by a repeated POST, would be worse than a failed run.
        const repeatable = sending.method === 'GET'
        return await requestJson(client, sending, { totalMs, repeatable })
      } catch (error) {
        throw offline(new URL(sending.url).host, error)
      }
    },
    close: () => client.close(),
  }
}

function offline(host: string, cause: unknown): SetupError {
  const failure = explainNetworkFailure(cause, host)
  const sentence = failure ? failure.sentence : `${host} cannot be reached`
  const next = failure?.next ?? 'Check the connection.'
  return new SetupError(
    'offline',
    `${sentence}.`,
    `${next} Then run the command again: it continues where it stopped.`,
    { cause },
  )
}

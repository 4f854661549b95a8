/** What MSAL sees of the network, and what really came over the wire. */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { EntraAnswer, EntraNetwork } from './network.ts'

/** An MSAL network module over ours that keeps the last answer, or the failure, of its operation. */
export function recordingNetwork(network: EntraNetwork) {
  let answer: EntraAnswer | undefined
  let failure: unknown

  async function record<T>(send: Promise<EntraAnswer>): Promise<NetworkResponse<T>> {
    try {
      answer = await send
      return { ...answer, body: answer.body as T }
    } catch (error) {
      failure = error
      throw error
    }
  }

  const module: INetworkModule = {
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      record<T>(network.get(url, options?.headers ?? {})),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      record<T>(network.post(url, options?.headers ?? {}, options?.body ?? '')),
  }
  return { module, answer: () => answer, failure: () => failure }
}

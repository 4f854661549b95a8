/** A token of the managed identity that Azure gives to what runs there, in place of a secret. */
import {
  ManagedIdentityApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import { CredentialUnavailable } from './credential-sources.ts'
import type { EntraNetwork } from './network.ts'

/** Whom the token is for: Entra's own exchange (Microsoft, "managed identity as a federated identity credential"). */
const exchange = 'api://AzureADTokenExchange'
const platform = 'http://169.254.169.254'

export interface ManagedIdentity {
  /** @throws CredentialUnavailable where this is not Azure, or has no such identity */
  assertion(options: { clientId: string | undefined; address: string | undefined }): Promise<string>
}

/** MSAL finds out which of Azure's services this is, and keeps a token while it lasts. */
export function createManagedIdentity(network: EntraNetwork): ManagedIdentity {
  return {
    assertion: async ({ clientId, address = platform }) => {
      const networkClient: INetworkModule = {
        sendGetRequestAsync: async <T>(
          url: string,
          options?: NetworkRequestOptions,
        ): Promise<NetworkResponse<T>> => {
          const answer = await network.get(url.replace(platform, address), options?.headers ?? {})
          return { ...answer, body: answer.body as T }
        },
        // None of the services that MSAL knows takes anything but GET, save one that is not served.
        sendPostRequestAsync: () => Promise.reject(new Error('GET only')),
      }
      const application = new ManagedIdentityApplication({
        ...(clientId && { managedIdentityIdParams: { userAssignedClientId: clientId } }),
        system: {
          networkClient,
          // Another credential may be next: who waits is a person at a browser.
          disableInternalRetries: true,
        },
      })
      try {
        const { accessToken } = await application.acquireToken({ resource: exchange })
        return accessToken
      } catch (error) {
        const sentence = 'cannot be had: no managed identity answers here'
        throw new CredentialUnavailable(sentence, { cause: error })
      }
    },
  }
}

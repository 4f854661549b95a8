/** A token of the managed identity that Azure gives to what runs there, in place of a secret. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { ManagedIdentityApplication, type INetworkModule } from '@azure/msal-node'
import { CredentialUnavailable } from './credential-sources.ts'
import { errorIn, withoutWords } from './errors.ts'
import type { EntraNetwork } from './network.ts'
import { recordingNetwork } from './recording-network.ts'

/** Whom the token is for: Entra's own exchange (Microsoft, "managed identity as a federated identity credential"). */
const exchange = 'api://AzureADTokenExchange'
const platform = 'http://169.254.169.254'

export interface ManagedIdentity {
  /** @throws CredentialUnavailable where this is not Azure, or has no such identity */
  assertion(options: { clientId: string | undefined; address: string | undefined }): Promise<string>
}

/** The network of the request for a token that is under way. */
const underWay = new AsyncLocalStorage<INetworkModule>()

/**
 * MSAL keeps the first network that it is given for the whole process, and uses it for everybody, also
 * after it was closed. So it is given this one, which leads to the caller's own.
 */
const networkClient: INetworkModule = {
  sendGetRequestAsync: (url, options) => current().sendGetRequestAsync(url, options),
  sendPostRequestAsync: (url, options) => current().sendPostRequestAsync(url, options),
}

function current(): INetworkModule {
  const network = underWay.getStore()
  if (!network) throw new Error('No token of a managed identity was asked for')
  return network
}

/** MSAL finds out which of Azure's services this is, and keeps a token while it lasts. */
export function createManagedIdentity(network: EntraNetwork): ManagedIdentity {
  return {
    assertion: async ({ clientId, address = platform }) => {
      const wire = recordingNetwork({
        ...network,
        get: (url, headers) => network.get(url.replace(platform, address), headers),
        // None of the services that MSAL knows takes anything but GET, save one that is not served.
        post: () => Promise.reject(new Error('GET only')),
      })
      const application = new ManagedIdentityApplication({
        ...(clientId && { managedIdentityIdParams: { userAssignedClientId: clientId } }),
        system: {
          networkClient,
          // Another credential may be next: who waits is a person at a browser.
          disableInternalRetries: true,
        },
      })
      try {
        const acquire = () => application.acquireToken({ resource: exchange })
        const { accessToken } = await underWay.run(wire.module, acquire)
        // MSAL takes some refusals for a success with an empty token.
        if (accessToken) return accessToken
        throw new Error('no token')
      } catch (error) {
        const sentence = 'cannot be had: no managed identity answers here'
        const answer = wire.answer()
        const cause = wire.failure() ?? (answer && errorIn(answer)) ?? withoutWords(error)
        throw new CredentialUnavailable(sentence, { cause })
      }
    },
  }
}

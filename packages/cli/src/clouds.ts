/** Microsoft's clouds: each signs in, answers and shows its portal at addresses of its own. */
import { SetupError } from './errors.ts'

export interface Cloud {
  /** Scheme and host of the sign-in service. */
  readonly authority: string
  /** Microsoft Graph with its version, as `downstreamApis.graph.baseUrl` has it. */
  readonly graph: string
  readonly portal: string
  /** What a federated credential's token has to be made for. */
  readonly federatedAudience: string
}

/**
 * Addresses: https://learn.microsoft.com/graph/deployments and
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud; audiences:
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */
export const clouds = {
  global: {
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com/v1.0',
    portal: 'https://portal.azure.com',
    federatedAudience: 'api://AzureADTokenExchange',
  },
  usgov: {
    authority: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us/v1.0',
    portal: 'https://portal.azure.us',
    federatedAudience: 'api://AzureADTokenExchangeUSGov',
  },
  'usgov-dod': {
    authority: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us/v1.0',
    portal: 'https://portal.azure.us',
    federatedAudience: 'api://AzureADTokenExchangeUSGov',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn/v1.0',
    portal: 'https://portal.azure.cn',
    federatedAudience: 'api://AzureADTokenExchangeChina',
  },
} as const satisfies Record<string, Cloud>

export type CloudName = keyof typeof clouds
export const cloudNames = Object.keys(clouds) as CloudName[]

/** Which cloud a configuration was written for; undefined for the local tenant and the unknown. */
export function cloudOf(authority: unknown, graph: unknown): CloudName | undefined {
  const fits = (name: CloudName) => clouds[name].authority === authority
  return (
    cloudNames.find((name) => fits(name) && clouds[name].graph === graph) ?? cloudNames.find(fits)
  )
}

/**
 * The cloud's addresses, or those of a local tenant in its place.
 *
 * @throws SetupError for an address beyond this machine, and in production: whoever answers there
 * is given an administrator's token
 */
export function addressesOf(
  name: CloudName,
  { authority, graph }: { authority?: string | undefined; graph?: string | undefined },
  production: boolean,
): Cloud {
  const cloud: Cloud = clouds[name]
  const local = { ...(authority && { authority }), ...(graph && { graph }) }
  for (const [key, address] of Object.entries(local)) {
    if (address === cloud[key as keyof Cloud]) continue
    const url = URL.canParse(address) ? new URL(address) : undefined
    const isLocal = url?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname)
    if (isLocal && !production) continue
    throw new SetupError(
      'usage',
      `${address} cannot stand in for Microsoft: only http://127.0.0.1 can, outside production.`,
      `Leave --${key} and its environment variable out; --cloud chooses between Microsoft's own.`,
    )
  }
  return { ...cloud, ...local }
}

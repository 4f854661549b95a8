/** Microsoft's clouds: the addresses of each, and what its tokens name as issuer. */
import type { ConfigProblem } from './errors.ts'
import type { ConfigFile } from './schema.ts'

export interface Cloud {
  /** In sentences. */
  readonly title: string
  /** Scheme and host of the sign-in service. */
  readonly authority: string
  /** Microsoft Graph with its version, as in `downstreamApis.graph.baseUrl`. */
  readonly graph: string
  readonly portal: string
  /** The audience of a federated credential's token. */
  readonly federatedAudience: string
}

/**
 * Addresses: https://learn.microsoft.com/graph/deployments and
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud; audiences:
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */
export const clouds = {
  global: {
    title: 'the global cloud',
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com/v1.0',
    portal: 'https://portal.azure.com',
    federatedAudience: 'api://AzureADTokenExchange',
  },
  usgov: {
    title: 'the US Government cloud',
    authority: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us/v1.0',
    portal: 'https://portal.azure.us',
    federatedAudience: 'api://AzureADTokenExchangeUSGov',
  },
  'usgov-dod': {
    title: 'the US Government cloud',
    authority: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us/v1.0',
    portal: 'https://portal.azure.us',
    federatedAudience: 'api://AzureADTokenExchangeUSGov',
  },
  china: {
    title: 'the cloud in China (21Vianet)',
    authority: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn/v1.0',
    portal: 'https://portal.azure.cn',
    federatedAudience: 'api://AzureADTokenExchangeChina',
  },
} as const satisfies Record<string, Cloud>

export type CloudName = keyof typeof clouds
export const cloudNames = Object.keys(clouds) as CloudName[]

const all: readonly Cloud[] = Object.values(clouds)

/** The addresses of Microsoft Graph without version, the global one first. */
export const graphOrigins: readonly string[] = all.map(({ graph }) => new URL(graph).origin)

/**
 * Other names of the same services. Their discovery documents name the hosts above, which would look
 * like an attack.
 */
const otherNames: Readonly<Record<string, string>> = {
  'login.windows.net': 'login.microsoftonline.com',
  'login.microsoft.com': 'login.microsoftonline.com',
  'sts.windows.net': 'login.microsoftonline.com',
  'login.usgovcloudapi.net': 'login.microsoftonline.us',
  'login.chinacloudapi.cn': 'login.partner.microsoftonline.cn',
}

/**
 * The origin of a sign-in service: that of the address, or the one in the table of clouds if the address
 * is another name of the same service.
 */
export function signInService(address: string | URL): string {
  const { protocol, host } = new URL(address)
  const known = Object.hasOwn(otherNames, host) ? otherNames[host] : host
  return `${protocol}//${known}`
}

/** The tenant of all personal Microsoft accounts. */
export const personalAccountsTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

const externalId = /\.ciamlogin\.com$/

/**
 * The issuer that a sign-in service names in its discovery document and its tokens.
 *
 * @param config.issuer the configured one, for a service with a name of its own
 * @returns the issuer; for `organizations` with the template `{tenantid}`
 */
export function issuerFor(config: {
  authority: string
  tenant: string
  issuer: string | undefined
}): string {
  const { authority, tenant, issuer } = config
  if (issuer) return issuer
  // An external tenant has its name in its address, and its id in its issuer.
  if (externalId.test(new URL(authority).hostname)) {
    return `https://${tenant}.ciamlogin.com/${tenant}/v2.0`
  }
  return `${authority}/${tenant === 'organizations' ? '{tenantid}' : tenant}/v2.0`
}

/** Addresses of two clouds in one file, and the tenant of personal accounts, which no sign-in accepts. */
export function cloudProblems(file: Partial<ConfigFile>): ConfigProblem[] {
  return [...authorityProblems(file), ...personalProblems(file), ...issuerProblems(file)]
}

function authorityProblems({ authority, tenant, downstreamApis }: Partial<ConfigFile>) {
  const host = hostOf(authority)
  if (!host) return []
  const rightName = otherNames[host]
  if (rightName) return [{ key: 'authority', message: `is known here as https://${rightName}` }]
  const isExternal = externalId.test(host)
  const problems: ConfigProblem[] = []
  if (isExternal && tenant === 'organizations') {
    const message = 'must be the id of the external tenant where authority is *.ciamlogin.com'
    problems.push({ key: 'tenant', message })
  }
  const service = isExternal ? clouds.global.authority : `https://${host}`
  const cloud = all.find((one) => one.authority === service)
  for (const [name, api] of Object.entries(downstreamApis ?? {})) {
    const graph = hostOf(api?.baseUrl)
    const other = graph ? all.find((one) => hostOf(one.graph) === graph) : undefined
    if (!cloud || !other || other.authority === cloud.authority) continue
    const message = `belongs to ${other.title}, and authority to ${cloud.title}; there it is ${cloud.graph}`
    problems.push({ key: `downstreamApis.${name}.baseUrl`, message })
  }
  return problems
}

function personalProblems({ tenant, allowedTenants }: Partial<ConfigFile>): ConfigProblem[] {
  const message = 'names the tenant of personal Microsoft accounts, which cannot sign in here'
  const problems: ConfigProblem[] = []
  if (isPersonal(tenant)) problems.push({ key: 'tenant', message })
  if (Array.isArray(allowedTenants) && allowedTenants.some(isPersonal)) {
    problems.push({ key: 'allowedTenants', message })
  }
  return problems
}

function isPersonal(tenant: unknown): boolean {
  return typeof tenant === 'string' && tenant.toLowerCase() === personalAccountsTenant
}

function issuerProblems({ issuer }: Partial<ConfigFile>): ConfigProblem[] {
  if (typeof issuer !== 'string') return []
  const isAddress = URL.canParse(issuer) && /^https?:$/.test(new URL(issuer).protocol)
  return isAddress ? [] : [{ key: 'issuer', message: 'is not an address (URL)' }]
}

function hostOf(address: unknown): string | undefined {
  return typeof address === 'string' && URL.canParse(address)
    ? new URL(address).hostname
    : undefined
}

/** Whether a host is Microsoft Graph itself, in any of the clouds. */
export function isGraphHost(hostname: string): boolean {
  return graphOrigins.includes(`https://${hostname}`)
}

/** Microsoft's clouds: the addresses of each, and what its tokens name as issuer. */

import { controlPageOf, isLoopback } from './addresses.ts'

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

/** Every cloud of the table. */
export const allClouds: readonly Cloud[] = Object.values(clouds)

/**
 * The cloud of a configuration: that of its authority and its Graph; if the authority has a name of its
 * own, that of its Graph. Everything else, such as an external tenant or a local one, is in the global
 * cloud.
 */
export function cloudFor(config: {
  authority: string
  downstreamApis: Readonly<Record<string, { readonly baseUrl: string }>>
}): Cloud {
  const { baseUrl } = config.downstreamApis['graph'] ?? {}
  const graph = baseUrl && new URL(baseUrl).origin
  const here = allClouds.filter(({ authority }) => authority === config.authority)
  const hasGraph = (one: Cloud) => new URL(one.graph).origin === graph
  return here.find(hasGraph) ?? here[0] ?? allClouds.find(hasGraph) ?? clouds.global
}

/** Pages of an app registration, as the portal names them in its addresses. */
export type RegistrationPage = 'Overview' | 'Authentication' | 'Credentials'

/** The address of a page of an app registration in the portal of a cloud. */
export function registrationPage(
  { portal }: Cloud,
  clientId: string,
  page: RegistrationPage,
): string {
  const blade = `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/${page}/appId`
  return `${portal}/#view/${blade}/${clientId}`
}

/**
 * The page where the registration of a configuration is changed: in the portal of its cloud, or for a tenant on this
 * machine its control page.
 */
export function registrationLink(
  config: Parameters<typeof cloudFor>[0] & { clientId: string },
  page: RegistrationPage,
): string {
  return controlPageOf(config) ?? registrationPage(cloudFor(config), config.clientId, page)
}

/** The addresses of Microsoft Graph without version, the global one first. */
export const graphOrigins: readonly string[] = allClouds.map(({ graph }) => new URL(graph).origin)

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

/**
 * Reads an address that a discovery document names. A document that sends a person, or the code and the client
 * secret, to another service is an attack or a mistake (RFC 9700 §4.4). A `javascript:` address would run in our page.
 *
 * @param value of a member of the document
 * @param authority the service that the document is of
 * @returns the address in normal form; undefined if it is not the authority's
 */
export function ownAddress(value: unknown, authority: string): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  const isSafe =
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLoopback(url) && isLoopback(new URL(authority)))
  // Parameters that are added to a fragment would not arrive (RFC 6749 §3.1).
  const isPlain = !url.username && !url.password && !url.href.includes('#')
  return isSafe && isPlain && signInService(url) === signInService(authority) ? url.href : undefined
}

/** The tenant of all personal Microsoft accounts. */
export const personalAccountsTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** Whether an address is the sign-in service of an external tenant (Microsoft Entra External ID). */
export function isExternalId(address: string): boolean {
  return new URL(address).hostname.endsWith('.ciamlogin.com')
}

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
  if (isExternalId(authority)) {
    return `https://${tenant}.ciamlogin.com/${tenant}/v2.0`
  }
  return `${authority}/${tenant === 'organizations' ? '{tenantid}' : tenant}/v2.0`
}

/** Whether a host is Microsoft Graph itself, in any of the clouds. */
function isGraphHost(hostname: string): boolean {
  return graphOrigins.includes(`https://${hostname}`)
}

/** Whether an address is Microsoft Graph itself, without the version that each call needs. */
export function lacksGraphVersion(baseUrl: string): boolean {
  const { hostname, pathname } = new URL(baseUrl)
  return isGraphHost(hostname) && !/^\/(?:v1\.0|beta)(?:\/|$)/.test(pathname)
}

/**
 * The host that the users' tokens for Graph go to, if it is not Microsoft's: a proxy, or a mistake.
 *
 * @returns undefined for the Graph of each cloud, and for this machine in development
 */
export function foreignGraphHost(config: {
  production: boolean
  downstreamApis: Readonly<Record<string, { readonly baseUrl: string }>>
}): string | undefined {
  const { baseUrl } = config.downstreamApis['graph'] ?? {}
  if (baseUrl === undefined) return undefined
  const url = new URL(baseUrl)
  const isExpected = isGraphHost(url.hostname) || (!config.production && isLoopback(url))
  return isExpected ? undefined : url.host
}

/** Microsoft's clouds: which sign-in service goes with which Graph, and what its tokens name as issuer. */
import type { ConfigProblem } from './errors.ts'
import type { ConfigFile } from './schema.ts'

interface Cloud {
  name: string
  authority: string
  graphs: readonly string[]
}

/** https://learn.microsoft.com/graph/deployments */
const clouds: readonly Cloud[] = [
  {
    name: 'the global cloud',
    authority: 'login.microsoftonline.com',
    graphs: ['graph.microsoft.com'],
  },
  {
    name: 'the US Government cloud',
    authority: 'login.microsoftonline.us',
    graphs: ['graph.microsoft.us', 'dod-graph.microsoft.us'],
  },
  {
    name: 'the cloud in China (21Vianet)',
    authority: 'login.partner.microsoftonline.cn',
    graphs: ['microsoftgraph.chinacloudapi.cn'],
  },
]

/** Other names of the same services: their documents point at the names above, and that looks like an attack. */
const otherNames: Readonly<Record<string, string>> = {
  'login.windows.net': 'login.microsoftonline.com',
  'login.microsoft.com': 'login.microsoftonline.com',
  'sts.windows.net': 'login.microsoftonline.com',
  'login.usgovcloudapi.net': 'login.microsoftonline.us',
  'login.chinacloudapi.cn': 'login.partner.microsoftonline.cn',
}

/**
 * The origin by which a sign-in service is known here: that of the address, or for another name of
 * the same service the one that stands in the table of clouds.
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
 * @param issuer what the configuration says, for a service with a name of its own
 * @returns with the template `{tenantid}` for `organizations`
 */
export function issuerFor(config: {
  authority: string
  tenant: string
  issuer: string | undefined
}): string {
  const { authority, tenant, issuer } = config
  if (issuer) return issuer
  // An external tenant's own name is in its address, and its id in its issuer.
  if (externalId.test(new URL(authority).hostname)) {
    return `https://${tenant}.ciamlogin.com/${tenant}/v2.0`
  }
  return `${authority}/${tenant === 'organizations' ? '{tenantid}' : tenant}/v2.0`
}

/** Addresses of two clouds in one file, and people that no organisation has. */
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
  const cloud = clouds.find((one) => one.authority === (isExternal ? clouds[0]?.authority : host))
  for (const [name, api] of Object.entries(downstreamApis ?? {})) {
    const graph = hostOf(api?.baseUrl)
    const other = clouds.find(({ graphs }) => graph && graphs.includes(graph))
    if (!cloud || !other || other === cloud) continue
    const message = `belongs to ${other.name}, and authority to ${cloud.name}; there it is https://${cloud.graphs[0] ?? ''}/v1.0`
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
  return clouds.some(({ graphs }) => graphs.includes(hostname))
}

/**
 * The clouds of Microsoft, for a tenant that has the names of one (`--drop-in`). Clients know these names by heart.
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud,
 * https://learn.microsoft.com/graph/deployments
 */

export interface Cloud {
  /** Hosts of the sign-in; the first is the one that clients use. */
  login: readonly string[]
  /** The host under which MSAL keeps tokens. */
  cache: string
  /** Hosts of Graph; the first is the usual one. */
  graph: readonly string[]
  /** The issuer of v1.0 tokens is this with the id of the tenant. */
  firstIssuer: string
  /** Of user realms. */
  audienceUrn: string
}

const windows = 'https://sts.windows.net'
const online = 'urn:federation:MicrosoftOnline'

const publicCloud: Cloud = {
  login: [
    'login.microsoftonline.com',
    'login.windows.net',
    'login.microsoft.com',
    'sts.windows.net',
  ],
  cache: 'login.windows.net',
  graph: ['graph.microsoft.com'],
  firstIssuer: windows,
  audienceUrn: online,
}

const usGovernment: Cloud = {
  login: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
  cache: 'login.microsoftonline.us',
  graph: ['graph.microsoft.us', 'dod-graph.microsoft.us'],
  firstIssuer: windows,
  audienceUrn: online,
}

const china: Cloud = {
  login: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
  cache: 'login.partner.microsoftonline.cn',
  graph: ['microsoftgraph.chinacloudapi.cn'],
  firstIssuer: 'https://sts.chinacloudapi.cn',
  audienceUrn: 'urn:federation:partner.microsoftonline.cn',
}

/** Closed in 2021, and still named. */
const germany: Cloud = {
  ...publicCloud,
  login: ['login.microsoftonline.de'],
  cache: 'login.microsoftonline.de',
  graph: ['graph.microsoft.de'],
  firstIssuer: 'https://sts.microsoftonline.de',
}

/** An older name of the US government's, which shares no tokens with the other. */
const usGovernmentBefore: Cloud = {
  ...usGovernment,
  login: ['login-us.microsoftonline.com'],
  cache: 'login-us.microsoftonline.com',
  graph: [],
}

/** As MSAL has them, in the order of Entra's instance discovery. */
export const clouds: readonly Cloud[] = [
  publicCloud,
  china,
  germany,
  usGovernment,
  usGovernmentBefore,
]

/** The names that `Connect-MgGraph -Environment` has for them, and the origins that a tenant takes. */
export const environments = {
  global: originsOf('login.microsoftonline.com', 'graph.microsoft.com'),
  usgov: originsOf('login.microsoftonline.us', 'graph.microsoft.us'),
  usgovdod: originsOf('login.microsoftonline.us', 'dod-graph.microsoft.us'),
  china: originsOf('login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn'),
} as const

function originsOf(login: string, graph: string) {
  return { origin: `https://${login}`, graphOrigin: `https://${graph}` }
}

/** The cloud whose sign-in or Graph has this host; undefined for a tenant with a name of its own. */
function cloudOfHost(host: string): Cloud | undefined {
  return clouds.find(({ login, graph }) => login.includes(host) || graph.includes(host))
}

/** @param origin of the tenant; empty until it listens */
export function cloudOf(origin: string): Cloud | undefined {
  return URL.canParse(origin) ? cloudOfHost(new URL(origin).host) : undefined
}

/** The other origins of the clouds that these are of: they lead to the same service. */
export function aliasesOf(origins: readonly (string | undefined)[]): string[] {
  const hosts = origins.flatMap((origin) => {
    const cloud = cloudOf(origin ?? '')
    return cloud ? [...cloud.login, ...cloud.graph] : []
  })
  return [...new Set(hosts)].map((host) => `https://${host}`)
}

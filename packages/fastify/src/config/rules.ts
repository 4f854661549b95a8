/**
 * The rules between keys of the configuration, and what production refuses. A rule runs only if every key
 * that it reads has passed the schema.
 */
import { allClouds, clouds, isExternalId, signInService } from './clouds.ts'
import { type CredentialContext, credentialProblems } from './credentials.ts'
import type { Environment } from './environment.ts'
import type { ConfigProblem } from './errors.ts'
import { headerProblems } from './headers/schema.ts'
import type { CheckedFile } from './load.ts'
import { type ConfigFile, intactPlaceholders } from './schema.ts'

interface RuleContext extends CredentialContext {
  production: boolean
  /** Milliseconds since the epoch. */
  now: number
}

type Key = keyof ConfigFile

interface Rule {
  reads: readonly Key[]
  check(file: ConfigFile, context: RuleContext): ConfigProblem[]
}

function rule<const K extends Key>(
  reads: readonly K[],
  check: (file: Pick<ConfigFile, K>, context: RuleContext) => ConfigProblem[],
): Rule {
  return { reads, check }
}

const rules: readonly Rule[] = [
  rule(['tenant', 'clientId', 'clientSecret', 'credentials'], placeholderProblems),
  rule(['clientSecret', 'credentials'], missingSecretProblems),
  rule(['authority'], ({ authority }, context) => httpProblems({ authority }, context)),
  rule(['publicUrl'], ({ publicUrl }, context) => httpProblems({ publicUrl }, context)),
  rule(['downstreamApis'], ({ downstreamApis }, context) => {
    const apis = Object.entries(downstreamApis)
    const addresses = apis.flatMap(([name, { baseUrl, fileOrigins = [] }]) => [
      [`downstreamApis.${name}.baseUrl`, baseUrl],
      ...fileOrigins.map((origin, index) => [
        `downstreamApis.${name}.fileOrigins.${index}`,
        origin,
      ]),
    ])
    return httpProblems(Object.fromEntries(addresses), context)
  }),
  rule(['tenant', 'allowedTenants'], tenantListProblems),
  rule(['authority', 'tenant', 'downstreamApis'], cloudProblems),
  rule(['session'], lifetimeProblems),
  rule(['session', 'publicUrl'], deviceProblems),
  rule(['headers'], headerProblems),
  rule(['clientSecret', 'clientSecretExpires', 'credentials'], credentialProblems),
]

/** What is wrong with keys together. */
export function ruleProblems(
  { file, problems }: CheckedFile,
  context: RuleContext,
): ConfigProblem[] {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return []
  const refused = new Set(problems.map(({ key }) => key.split('.')[0]))
  return rules
    .filter(({ reads }) => !reads.some((key) => refused.has(key)))
    .flatMap(({ check }) => check(file, context))
}

function placeholderProblems(
  file: Pick<ConfigFile, 'tenant' | 'clientId' | 'clientSecret' | 'credentials'>,
  { production }: RuleContext,
): ConfigProblem[] {
  const all = intactPlaceholders(file)
  // Beside credentials no secret is allowed at all, which `credentialProblems` reports.
  const intact = file.credentials ? all.filter((key) => key !== 'clientSecret') : all
  if (intact.length === 3 && !production) return []
  const message = production
    ? 'is still the placeholder; production needs a tenant of your own'
    : 'is still the placeholder; replace all three, or none of them to use the local tenant'
  return intact.map((key) => ({ key, message }))
}

function missingSecretProblems({
  clientSecret,
  credentials,
}: Pick<ConfigFile, 'clientSecret' | 'credentials'>): ConfigProblem[] {
  if (clientSecret !== undefined || credentials !== undefined) return []
  const message = 'is missing; or set AAD_CLIENT_SECRET, or give credentials instead'
  return [{ key: 'clientSecret', message }]
}

/** Outside production, http is for this machine only, which the schema checks. */
function httpProblems(
  addresses: Record<string, string>,
  { production }: RuleContext,
): ConfigProblem[] {
  return Object.entries(addresses)
    .filter(([, address]) => production && new URL(address).protocol === 'http:')
    .map(([key]) => ({ key, message: 'must be https in production' }))
}

/** Without a list every organisation could sign in, so the choice must be explicit. */
function tenantListProblems({
  tenant,
  allowedTenants,
}: Pick<ConfigFile, 'tenant' | 'allowedTenants'>): ConfigProblem[] {
  const key = 'allowedTenants'
  if (tenant === 'organizations' && allowedTenants === undefined) {
    const message = 'is missing; with tenant "organizations" it takes a list of tenant ids, or "*"'
    return [{ key, message }]
  }
  if (tenant !== 'organizations' && allowedTenants !== undefined) {
    return [{ key, message: 'goes with tenant "organizations" only' }]
  }
  return []
}

/** Addresses of two clouds in one file. */
function cloudProblems({
  authority,
  tenant,
  downstreamApis,
}: Pick<ConfigFile, 'authority' | 'tenant' | 'downstreamApis'>): ConfigProblem[] {
  const { origin } = new URL(authority)
  const service = signInService(authority)
  if (service !== origin) return [{ key: 'authority', message: `is known here as ${service}` }]
  const isExternal = isExternalId(authority)
  const problems: ConfigProblem[] = []
  if (isExternal && tenant === 'organizations') {
    const message = 'must be the id of the external tenant where authority is *.ciamlogin.com'
    problems.push({ key: 'tenant', message })
  }
  const here = isExternal ? clouds.global.authority : origin
  const cloud = allClouds.find((one) => one.authority === here)
  for (const [name, { baseUrl }] of Object.entries(downstreamApis)) {
    const graph = new URL(baseUrl).origin
    const other = allClouds.find((one) => new URL(one.graph).origin === graph)
    if (!cloud || !other || other.authority === cloud.authority) continue
    const message = `belongs to ${other.title}, and authority to ${cloud.title}; there it is ${cloud.graph}`
    problems.push({ key: `downstreamApis.${name}.baseUrl`, message })
  }
  return problems
}

function lifetimeProblems({
  session: { idleMinutes, absoluteMinutes },
}: Pick<ConfigFile, 'session'>): ConfigProblem[] {
  if (idleMinutes <= absoluteMinutes) return []
  return [
    { key: 'session.idleMinutes', message: 'must not be longer than session.absoluteMinutes' },
  ]
}

/** Browsers bind sessions on https only, so on http nobody could sign in. */
function deviceProblems({
  session: { deviceBound },
  publicUrl,
}: Pick<ConfigFile, 'session' | 'publicUrl'>): ConfigProblem[] {
  if (deviceBound !== 'required' || publicUrl.startsWith('https:')) return []
  return [{ key: 'session.deviceBound', message: 'cannot be "required" where publicUrl is http' }]
}

/**
 * Switches that help on a developer's machine and remove protection in production.
 *
 * @param env the process environment, for switches of Node itself
 */
export function productionProblems(
  env: NodeJS.ProcessEnv,
  environment: Environment,
): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (environment.MANAGED_IDENTITY_URL !== undefined) {
    // The server at that address issues the app's credential.
    problems.push({ key: 'MANAGED_IDENTITY_URL', message: 'must not be set in production' })
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const message = 'must not be 0 in production: certificates would not be checked'
    problems.push({ key: 'NODE_TLS_REJECT_UNAUTHORIZED', message })
  }
  if (/--inspect\b/.test(env['NODE_OPTIONS'] ?? '')) {
    const message = 'must not open the inspector in production: it reads every token'
    problems.push({ key: 'NODE_OPTIONS', message })
  }
  return problems
}

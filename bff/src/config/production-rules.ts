/** Switches that help on one's own machine and undo the protection anywhere else. */
import { BlockList, isIP } from 'node:net'
import type { Environment } from './environment.ts'
import type { ConfigProblem } from './errors.ts'

/**
 * @param env the process environment, for switches of Node itself
 * @returns what must not be set in production, and proxies that nobody should trust anywhere
 */
export function switchProblems(
  env: NodeJS.ProcessEnv,
  environment: Environment,
  production: boolean,
): ConfigProblem[] {
  const problems = [
    ...proxyProblems(environment.TRUSTED_PROXIES),
    ...managedIdentityUrlProblems(environment.MANAGED_IDENTITY_URL, production),
  ]
  if (!production) return problems
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

/** Whoever answers there says who the app is. */
function managedIdentityUrlProblems(text: string | undefined, production: boolean) {
  const key = 'MANAGED_IDENTITY_URL'
  if (text === undefined) return []
  if (production) return [{ key, message: 'must not be set in production' }]
  return URL.canParse(text) ? [] : [{ key, message: 'is not an address (URL)' }]
}

/** Addresses or ranges, one by one: "everybody" would let everybody choose their address. */
function proxyProblems(text: string | undefined): ConfigProblem[] {
  const key = 'TRUSTED_PROXIES'
  return splitProxies(text).flatMap((proxy) => {
    if (!isAddressOrRange(proxy)) {
      return [{ key, message: 'takes IP addresses or ranges, such as 10.0.0.5 or 10.1.0.0/16' }]
    }
    return /\/0+$/.test(proxy) ? [{ key, message: 'must not trust every address' }] : []
  })
}

export function splitProxies(text: string | undefined): string[] {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

function isAddressOrRange(proxy: string): boolean {
  const [address = '', prefix, ...rest] = proxy.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (prefix === undefined) return true
  if (!/^\d{1,3}$/.test(prefix)) return false
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6')
    return true
  } catch {
    return false
  }
}

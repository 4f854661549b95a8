/** `diagnose` looks at everything that a sign-in depends on. It changes nothing and tells no secret. */
import { ConfigError, loadConfig, type Config } from '../config/index.ts'
import {
  examineAuthority,
  examineCookie,
  examineCredentials,
  examinePublicUrl,
  examineRedirectUri,
  examineStore,
  foreignGraphHost,
  type AnswerOf,
} from '../identity/index.ts'
import { fail, pass, type Finding } from './finding.ts'
import {
  addressFinding,
  cookieFinding,
  graphHostFinding,
  keyFinding,
  publicUrlFinding,
  scopeFinding,
  storeFinding,
} from './server-findings.ts'
import { authorityFindings, credentialFindings, redirectFinding } from './tenant-findings.ts'

export type { Finding } from './finding.ts'

/**
 * Loads the configuration as the server does, and looks.
 *
 * @param env the process environment
 * @param root the project's root
 */
export async function diagnose(env: NodeJS.ProcessEnv, root: string): Promise<Finding[]> {
  let config: Config
  try {
    config = loadConfig(env, root)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ key, message }) =>
      fail('config', `${key} ${message}.`, `Change ${key}, and run doctor again.`),
    )
  }
  return examine(config, Date.now)
}

/**
 * @param now milliseconds since the epoch
 * @param answerOf may keep what Entra says about a credential
 */
export async function examine(
  config: Config,
  now: () => number,
  answerOf?: AnswerOf,
): Promise<Finding[]> {
  const isDeployed = config.publicUrl.startsWith('https:')
  const [authority, redirect, credentials, store, cookie, publicUrl] = await Promise.all([
    examineAuthority(config).catch(() => undefined),
    examineRedirectUri(config).catch(() => undefined),
    // The finding about the local tenant's own secret is the same whatever it answers.
    config.usesLocalTenant ? [] : examineCredentials(config, answerOf),
    examineStore(config).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'it does not answer'),
    ),
    examineCookie(config),
    isDeployed ? examinePublicUrl(config).catch(() => undefined) : undefined,
  ])
  return [
    pass('config', config.usesLocalTenant ? 'Valid; the local tenant stands in.' : 'Valid.'),
    ...authorityFindings(config, authority),
    redirectFinding(config, redirect),
    addressFinding(config),
    ...(isDeployed ? [publicUrlFinding(config, publicUrl)] : []),
    ...credentialFindings(config, credentials, now()),
    storeFinding(config, store),
    cookieFinding(cookie),
    scopeFinding(config),
    graphHostFinding(config, foreignGraphHost(config)),
    keyFinding(config),
  ]
}

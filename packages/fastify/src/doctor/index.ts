/** `diagnose` looks at everything that a sign-in depends on. It changes nothing and tells no secret. */
import { type Config, ConfigError, foreignGraphHost, loadConfig } from '../config/index.ts'
import {
  type AnswerOf,
  probeAuthority,
  probeCookie,
  probeCredentials,
  probePublicUrl,
  probeRedirectUri,
  probeStore,
} from './probes.ts'
import { fail, type Finding, pass } from './check.ts'
import {
  addressFinding,
  browserRequestFinding,
  cookieFinding,
  graphHostFinding,
  keyFinding,
  publicUrlFinding,
  scopeFinding,
  storeFinding,
} from './server-checks.ts'
import { authorityFindings, credentialFindings, redirectFinding } from './tenant-checks.ts'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { Diagnosis } from '@gatehouse/contract/doctor'
import { api, pages } from '@gatehouse/contract/paths'
import { newPace, secondsToWait } from '../session/lifetime.ts'
import { ProblemError } from '../errors.ts'
import { CredentialAnswers } from './credential-answers.ts'

export type { Finding } from './check.ts'

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
async function examine(config: Config, now: () => number, answerOf?: AnswerOf): Promise<Finding[]> {
  const isDeployed = config.publicUrl.startsWith('https:')
  const [authority, redirect, credentials, store, cookie, publicUrl] = await Promise.all([
    probeAuthority(config).catch(() => undefined),
    probeRedirectUri(config).catch(() => undefined),
    // The finding about the local tenant's own secret is the same whatever it answers.
    config.usesLocalTenant ? [] : probeCredentials(config, answerOf),
    probeStore(config).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'it does not answer'),
    ),
    probeCookie(config),
    isDeployed ? probePublicUrl(config).catch(() => undefined) : undefined,
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

// `GET /api/doctor`, in development only. It answers people who are not signed in, and each diagnosis
// asks Entra. So it answers at the app's own address only, and not more often than a person looks.

/** A person who tries one thing after the other checks every few seconds. */
const perMinute = 12

interface DoctorOptions {
  config: Config
  /** Milliseconds since the epoch. */
  now: () => number
}

export default async function doctor(app: FastifyInstance, { config, now }: DoctorOptions) {
  const answers = new CredentialAnswers(now)
  const pace = newPace()
  let underWay: Promise<Finding[]> | undefined

  /** One at a time: requests that come meanwhile share it, and do not count. */
  function diagnosis(): Promise<Finding[]> {
    if (underWay) return underWay
    const retryAfterS = secondsToWait(pace, perMinute, now())
    if (retryAfterS > 0) {
      const detail = `The doctor looks ${perMinute} times a minute at most. Ask again in ${retryAfterS} s.`
      throw new ProblemError('too_many_requests', detail, { retryAfterS })
    }
    underWay = examine(config, now, (place, ask) => answers.of(place, ask)).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  app.get(
    api.doctor,
    { schema: { response: { 200: Diagnosis } }, onRequest: requireHost(config.publicUrl) },
    async ({ headers }) => ({
      publicUrl: config.publicUrl,
      findings: [
        ...(await diagnosis()),
        browserRequestFinding(config, headers['x-forwarded-for'] !== undefined),
      ],
    }),
  )
}

/**
 * Refuses requests for another host than the app's. A website can give its own name this machine's
 * address (DNS rebinding); its pages may then read what the server answers. Only the Host header
 * tells, because the browser writes it; any script may write X-Forwarded-Host.
 */
function requireHost(publicUrl: string): onRequestHookHandler {
  const { host, hostname, port, protocol } = new URL(publicUrl)
  const hosts = new Set([host])
  // The URL drops the default port of its scheme; a client may write it (RFC 9110 section 4.2).
  if (port === '') hosts.add(`${hostname}:${protocol === 'https:' ? 443 : 80}`)
  return (request, _reply, next) => {
    if (hosts.has(request.headers.host?.toLowerCase() ?? '')) return next()
    next(new ProblemError('forbidden', `The doctor is at ${publicUrl}${pages.doctor} only.`))
  }
}

/** Checks everything that a sign-in depends on. It changes nothing and reveals no secret. */
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { productEndpoints } from '@gatehouse/contract/endpoints'
import { pages } from '@gatehouse/contract/paths'
import { type Config, ConfigError, loadConfig } from '../config/index.ts'
import { ProblemError } from '../errors.ts'
import { newRateWindow, retryAfterSeconds } from '../rate-window.ts'
import type { CheckContext, Finding } from './check.ts'
import { examine, withoutConfiguration } from './checks.ts'
import { configFindings } from './checks/configuration.ts'
import { browserRequestFinding } from './checks/public-address.ts'
import { CredentialAnswers } from './credential-answers.ts'
import { developmentAnswer } from './development.ts'

export type { Finding } from './check.ts'

/**
 * Loads the configuration as the server does, and runs all checks.
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
    return withoutConfiguration(configFindings(error))
  }
  return examine({ config, now: Date.now, answerOf: (_place, ask) => ask(), roles: undefined })
}

/** Enough for a person who tries one thing after another. */
const perMinute = 12

interface DoctorOptions {
  config: Config
  /** Milliseconds since the epoch. */
  now: () => number
}

/**
 * `GET /api/doctor` and `GET /api/development`, in development only. They need no sign-in, so they answer only at
 * the app's own address. Each diagnosis asks Entra, so there is one only as often as a person needs it.
 */
export default async function doctor(app: FastifyInstance, { config, now }: DoctorOptions) {
  const answers = new CredentialAnswers(now)
  const context: CheckContext = {
    config,
    now,
    answerOf: (place, ask) => answers.of(place, ask),
    roles: app.requiredRoles,
  }
  const window = newRateWindow()
  let underWay: Promise<Finding[]> | undefined

  /** One at a time: requests during a diagnosis share it, and do not count. */
  function diagnosis(): Promise<Finding[]> {
    if (underWay) return underWay
    const retryAfterS = retryAfterSeconds(window, perMinute, now())
    if (retryAfterS > 0) {
      const detail = `The doctor looks ${perMinute} times a minute at most. Ask again in ${retryAfterS} s.`
      throw new ProblemError('too_many_requests', detail, { retryAfterS })
    }
    underWay = examine(context).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  const onRequest = requireHost(config.publicUrl)
  const report = productEndpoints['GET /api/doctor']
  const facts = productEndpoints['GET /api/development']
  app.get(
    report.path,
    { schema: { response: { 200: report.answer } }, onRequest },
    async ({ headers }) => ({
      publicUrl: config.publicUrl,
      findings: [
        ...(await diagnosis()),
        browserRequestFinding(config, headers['x-forwarded-for'] !== undefined),
      ],
    }),
  )
  app.get(facts.path, { schema: { response: { 200: facts.answer } }, onRequest }, ({ headers }) =>
    developmentAnswer(config, headers.cookie),
  )
}

/**
 * Refuses requests for another host than the app's. A website can give its own name this machine's
 * address (DNS rebinding), and its pages can then read the answers. Only the Host header shows it: the
 * browser writes it, while a script can write X-Forwarded-Host.
 */
function requireHost(publicUrl: string): onRequestHookHandler {
  const { host, hostname, port, protocol } = new URL(publicUrl)
  const hosts = new Set([host])
  // The URL drops the default port of its scheme, and a client may write it (RFC 9110 §4.2).
  if (port === '') hosts.add(`${hostname}:${protocol === 'https:' ? 443 : 80}`)
  return (request, _reply, next) => {
    if (hosts.has(request.headers.host?.toLowerCase() ?? '')) return next()
    next(new ProblemError('forbidden', `The doctor is at ${publicUrl}${pages.doctor} only.`))
  }
}

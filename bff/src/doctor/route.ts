/**
 * `GET /api/doctor`, in development only. It answers people who are not signed in, and each diagnosis
 * asks Entra. So it answers at the app's own address only, and not more often than a person looks.
 */
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { Diagnosis } from '@gatehouse/shared/doctor'
import { api, pages } from '@gatehouse/shared/paths'
import type { Config } from '../config/index.ts'
import { newPace, secondsToWait } from '../identity/index.ts'
import { ProblemError } from '../problem.ts'
import { CredentialAnswers } from './credential-answers.ts'
import type { Finding } from './finding.ts'
import { examine } from './index.ts'
import { arrivalFinding } from './server-findings.ts'

/** A person who tries one thing after the other checks every few seconds. */
const perMinute = 12

export interface DoctorOptions {
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
        arrivalFinding(config, headers['x-forwarded-for'] !== undefined),
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

/** Logs how long the app's credentials last, at the start and once a day. */
import type { FastifyBaseLogger } from 'fastify'
import type { Credential } from './index.ts'
import { CredentialUnavailable } from './sources.ts'

const dayMs = 24 * 60 * 60_000
/** A month, because the person who can issue a new one may be on holiday. */
export const warnBelowDays = 30
/** A week: soon all sign-ins fail. */
const failBelowDays = 7

export function watchExpiry(
  credentials: readonly Credential[],
  log: FastifyBaseLogger,
  now: () => number,
) {
  let ends: readonly (number | undefined)[] = []

  /** Whole days until the last credential with a known end expires; undefined if none has one. */
  const daysLeft = (): number | undefined => {
    const known = ends.filter((end) => end !== undefined)
    return known.length === 0 ? undefined : daysUntil(Math.max(...known), now())
  }

  async function report(): Promise<void> {
    ends = await Promise.all(credentials.map(endOf))
    for (const [index, { kind, setting }] of credentials.entries()) {
      const end = ends[index]
      const fields = { event: 'credential', kind, setting }
      if (end === undefined) {
        log.info(fields, 'The end of this credential is not known')
        continue
      }
      const days = daysUntil(end, now())
      const line = { ...fields, daysLeft: days }
      const sentence = `The credential ends in ${days} days: issue a new one`
      // Sign-ins go on with the one that lasts longest.
      const isLast = days === daysLeft()
      if (days < failBelowDays && isLast) log.error(line, sentence)
      else if (days < warnBelowDays) log.warn(line, sentence)
      else log.info(line, 'The credential is valid')
    }
  }

  function start(): Promise<void> {
    return report().catch((error: unknown) =>
      log.error({ err: error, event: 'credential_unreadable' }, 'A credential cannot be read'),
    )
  }

  const firstReport = start()
  const timer = setInterval(() => void start(), dayMs).unref()
  return { daysLeft, firstReport, stop: () => clearInterval(timer) }
}

/** Undefined for a credential that the platform renews itself: an operator need not know its end. */
async function endOf(credential: Credential): Promise<number | undefined> {
  const { kind } = credential
  if (kind === 'managed_identity' || kind === 'assertion_file') return undefined
  try {
    return (await credential.read()).endsAt
  } catch (error) {
    if (error instanceof CredentialUnavailable) return undefined
    throw error
  }
}

/** Rounded down: a credential that ends today has 0 days left. */
function daysUntil(end: number, now: number): number {
  return Math.floor((end - now) / dayMs)
}

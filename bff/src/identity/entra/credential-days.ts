/** How long the app's credentials last: said in the log at the start and once a day. */
import type { FastifyBaseLogger } from 'fastify'
import { CredentialUnavailable } from './credential-sources.ts'
import type { Credential } from './credentials.ts'

const dayMs = 24 * 60 * 60_000
/** A month: whoever can issue a new one may be on holiday. */
export const warnBelowDays = 30
/** A week: sign-ins end soon. */
export const failBelowDays = 7

export interface CredentialDays {
  /** Whole days until the last credential with a known end is over; undefined where none has one. */
  left(): number | undefined
  stop(): void
}

export function watchCredentialDays(
  credentials: readonly Credential[],
  log: FastifyBaseLogger,
  now: () => number,
): CredentialDays {
  let ends: readonly (number | undefined)[] = []

  const left = () => {
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
      const daysLeft = daysUntil(end, now())
      const sentence = `The credential ends in ${daysLeft} days: issue a new one`
      // Sign-ins go on with the one that lasts longest.
      const isLast = daysLeft === left()
      if (daysLeft < failBelowDays && isLast) log.error({ ...fields, daysLeft }, sentence)
      else if (daysLeft < warnBelowDays) log.warn({ ...fields, daysLeft }, sentence)
      else log.info({ ...fields, daysLeft }, 'The credential is valid')
    }
  }

  function start(): void {
    report().catch((error: unknown) => log.error({ err: error }, 'A credential cannot be read'))
  }

  start()
  const timer = setInterval(start, dayMs).unref()
  return { left, stop: () => clearInterval(timer) }
}

/** What the platform renews has no end that anybody needs to know, and it is not asked for here. */
async function endOf(credential: Credential): Promise<number | undefined> {
  if (credential.kind === 'managed_identity' || credential.kind === 'assertion_file')
    return undefined
  try {
    return (await credential.read()).endsAt
  } catch (error) {
    if (error instanceof CredentialUnavailable) return undefined
    throw error
  }
}

/** Rounded down: a credential that ends today has 0 days left. */
export function daysUntil(end: number, now: number): number {
  return Math.floor((end - now) / dayMs)
}

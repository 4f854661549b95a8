/** What a check is, and how it says what it found. */
import type { Finding } from '@gatehouse/contract/doctor'
import type { Config } from '../config/index.ts'
import type { RequiredRoles } from '../auth/requirements.ts'
import type { AnswerOf } from './credential-answers.ts'

export type { Finding }

/** What a check may use. It changes nothing, and puts no secret into a finding. */
export interface CheckContext {
  readonly config: Config
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** May give a kept answer about a credential instead of asking Entra. */
  readonly answerOf: AnswerOf
  /** What the routes of the running app require; undefined where no app runs. */
  readonly roles: RequiredRoles | undefined
}

/** One thing that a sign-in depends on: what is asked, when, and what follows from the answer. */
export interface Check {
  /** Of its first finding, and of the one that says that the check broke; docs/doctor.md lists all. */
  readonly id: string
  /** The ids of its other findings. */
  readonly others?: readonly string[]
  /**
   * Asks what it needs to know, each question with a limit of time, because a diagnosis takes as long as
   * its slowest check. `examine` stops waiting after 25 seconds.
   *
   * @returns at least one finding for each of its ids
   */
  run(context: CheckContext): Promise<Finding[]> | Finding[]
}

type Who = Finding['who']

export function pass(id: string, reason: string): Finding {
  return { id, status: 'pass', reason, who: 'operator', next: 'Nothing to do.' }
}

/** What was not checked, and why: a check that is left out would read as passed. */
export function unknown(id: string, reason: string): Finding {
  return { ...pass(id, reason), status: 'unknown' }
}

export function warn(id: string, reason: string, next: string, who: Who = 'operator'): Finding {
  return { id, status: 'warn', reason, who, next }
}

export function fail(id: string, reason: string, next: string, who: Who = 'operator'): Finding {
  return { id, status: 'fail', reason, who, next }
}

/** An unexpected error, without its message: that may quote a secret. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${error.name}${code}`
}

/** What a check is, and how it says what it found. */
import type { Finding } from '@gatehouse/contract/doctor'
import type { Config } from '../config/index.ts'
import type { AnswerOf } from './credential-answers.ts'

export type { Finding }

/** What a check may use. It changes nothing, and puts no secret into a finding. */
export interface CheckContext {
  readonly config: Config
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** May give a kept answer about a credential instead of asking Entra. */
  readonly answerOf: AnswerOf
}

/** One thing that a sign-in depends on: what is asked, when, and what follows from the answer. */
export interface Check {
  /** Of its first finding, and of the one that says that the check broke; docs/doctor.md lists all. */
  readonly id: string
  /**
   * Asks what it needs to know, each question with a limit of time, because a diagnosis takes as long as
   * its slowest check.
   *
   * @returns no finding if the check does not apply
   */
  run(context: CheckContext): Promise<Finding[]> | Finding[]
}

type Who = Finding['who']

export function pass(id: string, reason: string): Finding {
  return { id, status: 'pass', reason, who: 'operator', next: 'Nothing to do.' }
}

export function warn(id: string, reason: string, next: string, who: Who = 'operator'): Finding {
  return { id, status: 'warn', reason, who, next }
}

export function fail(id: string, reason: string, next: string, who: Who = 'operator'): Finding {
  return { id, status: 'fail', reason, who, next }
}

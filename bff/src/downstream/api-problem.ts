import type { ProblemCode } from '@gatehouse/shared/problem'
import { ProblemError } from '../problem.ts'

/**
 * A failure of a downstream API, for our caller: it names the API as the configuration does, so that a
 * page can tell whose failure it is.
 *
 * @param what goes on after "The API …"
 */
export function apiProblem(
  api: string,
  code: ProblemCode,
  what: string,
  facts: { cause?: unknown; retryAfterS?: number } = {},
): ProblemError {
  return new ProblemError(code, `The API "${api}" ${what}.`, { ...facts, api })
}

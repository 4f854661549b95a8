import { ApiProblem } from './api-problem.ts'

/** The longest wait that a person is left with before *Try again* is theirs to press, in seconds. */
const longestWait = 30

/** Whether to ask again by ourselves. What the server refused on purpose, it refuses again. */
export function shouldRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  if (error.retryAfter && error.retryAfter > longestWait) return false
  if (error.code === 'too_many_requests') return failures < 1
  const passes = error.status >= 502 || error.code === 'offline'
  return passes && failures < 2
}

/** How long to wait before that, in ms: what the server asked for, or a second and then two. */
export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiProblem ? error.retryAfter : undefined
  return asked === undefined ? 1000 * 2 ** failures : asked * 1000
}

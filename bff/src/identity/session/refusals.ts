/** What a request hears that cannot have what it asked for in somebody's name. */
import { ProblemError } from '../../problem.ts'

export function signInRequired(): ProblemError {
  return new ProblemError('sign_in_required', 'Sign in to see this.')
}

export function tryLater(cause?: unknown, retryAfterS = 5): ProblemError {
  const detail = 'Microsoft did not answer. Try again in a moment.'
  return new ProblemError('unavailable', detail, { cause, retryAfterS })
}

/** The store does not answer. That is no sign-out: the session is still there when it is back. */
export function sessionsUnavailable(cause: unknown): ProblemError {
  const detail = 'Sessions cannot be read right now. Try again in a moment.'
  return new ProblemError('unavailable', detail, { cause, retryAfterS: 5 })
}

export function tooManyRequests(retryAfterS: number): ProblemError {
  const detail = 'Too many requests. Try again in a moment.'
  return new ProblemError('too_many_requests', detail, { retryAfterS })
}

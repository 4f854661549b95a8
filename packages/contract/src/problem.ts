import { Type, type Static } from 'typebox'

/**
 * What went wrong, as one word a program can act on; each has one HTTP status.
 * `sign_in_required` and `interaction_required` are both 401: the second carries a `signInUrl`.
 */
export const problemStatus = {
  sign_in_required: 401,
  interaction_required: 401,
  forbidden: 403,
  cross_site: 403,
  invalid_request: 400,
  not_found: 404,
  method_not_allowed: 405,
  too_many_requests: 429,
  upstream_failed: 502,
  unavailable: 503,
  upstream_timeout: 504,
  internal: 500,
} as const

export type ProblemCode = keyof typeof problemStatus

/**
 * Why Microsoft has to be asked again before the request can be answered. `consent`: a permission
 * was not granted (yet). `step_up`: a stronger proof of who it is. `session_expired`: Microsoft's own
 * session of this user is over or was revoked.
 */
export type InteractionReason = 'consent' | 'step_up' | 'session_expired'

/** The body of every error: problem details, RFC 9457, plus `code` and `requestId`. */
export const Problem = Type.Object({
  /** A URI reference for the kind of problem: `about:blank#<code>` carries nothing to fetch. */
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  requestId: Type.String(),
  /** The downstream API that failed, such as `graph`; absent where it was this app or Entra. */
  api: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  /** Path and query of ours that ask Microsoft what is needed; `continueUrl` adds where to return to. */
  signInUrl: Type.Optional(Type.String()),
  /** With the reason `consent`: the permissions that are missing, such as `User.ReadBasic.All`. */
  scopes: Type.Optional(Type.Array(Type.String())),
})

export type Problem = Omit<Static<typeof Problem>, 'code' | 'reason'> & {
  code: ProblemCode
  reason?: InteractionReason
}

export const problemMediaType = 'application/problem+json'

import { Type, type Static } from 'typebox'

/**
 * The code of each problem, for programs to act on, and its HTTP status. `sign_in_required` and
 * `interaction_required` are both 401: the second one has a `signInUrl`.
 */
export const problemStatus = {
  sign_in_required: 401,
  interaction_required: 401,
  /**
   * The session is bound to a device, and this request does not prove that it comes from there. The session goes on:
   * the browser proves it at the next request, so the same request can be sent once more.
   */
  device_proof_required: 401,
  forbidden: 403,
  cross_site: 403,
  invalid_request: 400,
  not_found: 404,
  method_not_allowed: 405,
  /** Something else was changed first, or is locked. */
  conflict: 409,
  /** The first request with this Idempotency-Key is not finished. The same one can be sent again in a moment. */
  idempotency_key_in_use: 409,
  /** Another change was sent with this Idempotency-Key. */
  idempotency_key_reused: 422,
  too_many_requests: 429,
  upstream_failed: 502,
  unavailable: 503,
  upstream_timeout: 504,
  /** The API has no space left for this user. */
  storage_full: 507,
  internal: 500,
  /** The app's configuration or registration does not fit. Its operator has to change something. */
  misconfigured: 500,
} as const

export type ProblemCode = keyof typeof problemStatus

/**
 * Why the user has to go to Microsoft before the request can succeed. `consent`: a permission is not
 * granted. `step_up`: stronger proof of identity is required. `session_expired`: the user's session at
 * Microsoft is over or was revoked.
 */
export type InteractionReason = 'consent' | 'step_up' | 'session_expired'

/** What is wrong with one part of a request. */
export const FieldError = Type.Object({
  /** A JSON Pointer (RFC 6901) into `{ body, query, params, headers }`, such as `/body/title`. */
  path: Type.String(),
  /** Continues the name of the field: "has more than 100 characters". It never holds what was sent. */
  message: Type.String(),
})

export type FieldError = Static<typeof FieldError>

/** The body of every error: problem details, RFC 9457, plus `code`, `requestId` and `traceId`. */
export const Problem = Type.Object({
  /** A URI reference for the kind of problem. `about:blank#<code>` leads to no document. */
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  requestId: Type.String(),
  /** The W3C trace id, 32 hex digits; absent if the request could not be read. */
  traceId: Type.Optional(Type.String()),
  /** The downstream API that failed, such as `graph`; absent if it was this app or Entra. */
  api: Type.Optional(Type.String()),
  /** What people call that API: `displayName` in the configuration; absent without one. */
  apiName: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  /** Path and query of this app that lead to Microsoft; `continueUrl` adds the page to return to. */
  signInUrl: Type.Optional(Type.String()),
  /** With the reason `consent`: only an administrator can give it. Absent if the user may be able to. */
  adminConsent: Type.Optional(Type.Literal(true)),
  /** With the reason `consent`: the missing permissions, such as `User.ReadBasic.All`. */
  scopes: Type.Optional(Type.Array(Type.String())),
  /** With `invalid_request`: every part that is wrong, as far as it is known. */
  errors: Type.Optional(Type.Array(FieldError)),
  /** With `forbidden`: the app roles of which the user needs one. */
  roles: Type.Optional(Type.Array(Type.String())),
  /** With `forbidden`: the ids of the groups of which the user has to be in one. */
  groups: Type.Optional(Type.Array(Type.String())),
})

export type Problem = Omit<Static<typeof Problem>, 'code' | 'reason'> & {
  code: ProblemCode
  reason?: InteractionReason
}

export const problemMediaType = 'application/problem+json'

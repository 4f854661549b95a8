/** Changes the parameters of the redirect back to the application: another `state`, a foreign `iss`, an `error` beside the code. */
export interface AuthorizeResponseFault {
  kind: 'authorizeResponse'
  /** Merged over the parameters; null takes one away. */
  patch: Record<string, string | null>
}

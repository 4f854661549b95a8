/** Changes the token endpoint's good answer. */
export interface TokenResponseFault {
  kind: 'tokenResponse'
  /** Merged over the JSON; null or undefined takes a member away. */
  patch?: Record<string, unknown>
  /** Answers with the tokens of this user (object id) instead. */
  asUser?: string
}

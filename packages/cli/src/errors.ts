/** The error with which a command stops: one sentence about what happened, one about what to do next. */

type SetupErrorCode =
  | 'usage'
  | 'files'
  | 'offline'
  | 'sign_in'
  | 'wrong_tenant'
  | 'forbidden'
  | 'throttled'
  | 'conflict'
  | 'graph'
  | 'declined'

export class SetupError extends Error {
  readonly code: SetupErrorCode
  /** The next step, as a sentence. */
  readonly next: string

  constructor(code: SetupErrorCode, sentence: string, next: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'SetupError'
    this.code = code
    this.next = next
  }
}

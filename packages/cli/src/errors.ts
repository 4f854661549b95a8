/** What a person is told when a command stops: what happened, in one sentence, and what to do next. */

export type SetupErrorCode =
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
  /** The next step, a sentence of its own. */
  readonly next: string

  constructor(code: SetupErrorCode, sentence: string, next: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'SetupError'
    this.code = code
    this.next = next
  }
}

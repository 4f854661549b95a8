/** Every error of the control API, with its code. The OpenAPI document and the README list them from here. */

import type { ConfigProblem } from '../config/schema-problems.ts'

export const controlErrors = {
  invalid_request: { status: 400, description: 'A member is unknown, missing or of a wrong form.' },
  invalid_json: { status: 400, description: 'The body is not JSON.' },
  not_own: {
    status: 403,
    description: 'The request comes from another site, or names another host than this machine.',
  },
  unknown_path: { status: 404, description: 'The control API has no such path.' },
  unknown_scenario: { status: 404, description: 'There is no scenario with this id.' },
  unknown_user: { status: 404, description: 'There is no user with this id or name.' },
  unknown_tenant: { status: 404, description: 'There is no tenant with this id or domain.' },
  unknown_client: { status: 404, description: 'There is no client with this id or name.' },
  already_exists: { status: 409, description: 'An object with this id or name exists.' },
  built_in: {
    status: 409,
    description: 'It belongs to Microsoft, so it stays.',
  },
  state_not_usable: {
    status: 409,
    description: 'The state is of another form or version; nothing was changed.',
  },
  no_request: { status: 408, description: 'No request that fits came in time.' },
  too_large: { status: 413, description: 'The body is too large.' },
  unsupported_media_type: { status: 415, description: 'The body is neither JSON nor a form.' },
} as const

export type ControlErrorCode = keyof typeof controlErrors

export interface ControlErrorDetails {
  /** One for each wrong member. */
  problems?: readonly ConfigProblem[]
  /** Names near the one that does not exist. */
  neighbours?: readonly string[]
}

/** The message is a sentence for the person who sent the request. */
export class ControlError extends Error {
  override name = 'ControlError'
  readonly code: ControlErrorCode
  readonly details: ControlErrorDetails

  constructor(code: ControlErrorCode, message: string, details: ControlErrorDetails = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** The codes of what the parser refuses before any handler runs. */
const byStatus: Readonly<Record<number, ControlErrorCode>> = {
  413: 'too_large',
  415: 'unsupported_media_type',
}

interface ThrownError extends Error {
  statusCode?: number
  code?: string
}

/** Any error as one of the catalogue: one without a code is a sentence about the request. */
export function asControlError(error: ThrownError): ControlError {
  if (error instanceof ControlError) return error
  const { statusCode = 400, code = '' } = error
  if (/JSON|EMPTY/.test(code)) return new ControlError('invalid_json', error.message)
  return new ControlError(byStatus[statusCode] ?? 'invalid_request', error.message)
}

export function errorBody({ message, code, details }: ControlError) {
  return { error: message, code, ...details }
}

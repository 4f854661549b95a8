/**
 * The errors of OneDrive in Graph: their codes, and the more specific ones in `innerError`.
 * https://learn.microsoft.com/onedrive/developer/rest-api/concepts/errors
 */

import { GraphError } from '../errors.ts'

export function invalidRequest(message: string, innerCode?: string): GraphError {
  const error = new GraphError(400, 'invalidRequest', message)
  return innerCode === undefined ? error : error.withInnerCode(innerCode)
}

export function itemNotFound(message = 'The resource could not be found.'): GraphError {
  return new GraphError(404, 'itemNotFound', message)
}

export function accessDenied(): GraphError {
  return new GraphError(403, 'accessDenied', 'Access denied')
}

export function nameAlreadyExists(): GraphError {
  return new GraphError(409, 'nameAlreadyExists', 'Name already exists')
}

/** The drive is full, or has too many items. */
export function quotaReached(): GraphError {
  return new GraphError(507, 'quotaLimitReached', 'Insufficient Space Available')
}

/** @param innerCode `fragmentOverlap`, `fragmentOutOfOrder` or `fragmentLengthMismatch` */
export function invalidRange(message: string, innerCode: string): GraphError {
  return new GraphError(416, 'invalidRange', message).withInnerCode(innerCode)
}

/** The tag of a condition is not that of the item. */
export function resourceModified(): GraphError {
  return new GraphError(
    412,
    'resourceModified',
    "ETag does not match current item's value",
  ).withInnerCode('entityTagDoesNotMatch')
}

/** References to objects in the bodies of requests: `{ "@odata.id": "https://graph.microsoft.com/v1.0/users/{id}" }`. */

import { badBody, badRequest } from '../errors.ts'

const address =
  /^(?:https?:\/\/[^/?#]+)?\/?(?:(?:v1\.0|beta)\/)?(?:directoryObjects|users|groups|me)?\/?\(?'?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'?\)?(?:\/[\w.]+)?$/i

/** @returns the object id that a reference names. @throws GraphError 400 */
export function idOfReference(reference: unknown): string {
  const [, id] = typeof reference === 'string' ? (address.exec(reference) ?? []) : []
  if (id === undefined) throw badRequest('Invalid URL format specified in @odata.id.')
  return id.toLowerCase()
}

/** @throws GraphError 400 for a body that is no reference */
export function readReference(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('@odata.id' in body)) {
    throw badBody("A value is required for property '@odata.id'.")
  }
  return idOfReference(body['@odata.id'])
}

/** Every URL path of the app, spelled once. The browser imports this file for its values. */
import { api as productApi, pages as productPages } from '@gatehouse/contract/paths'

export { auth, continueUrl, ownSession, signInUrl } from '@gatehouse/contract/paths'

/** The JSON API: the product's own paths, and those of this app. */
export const api = {
  ...productApi,
  me: '/api/me',
  claims: '/api/claims',
  organisation: '/api/organisation',
  users: '/api/users',
  /** A pattern; `userPhoto(id)` gives the address of one. */
  userPhoto: '/api/users/:id/photo',
} as const

const [beforeId = '', afterId = ''] = api.userPhoto.split(':id')

/** The address of a person's photo. @param id the object id, a GUID; for any other text there is no photo */
export function userPhoto(id: string): string {
  return `${beforeId}${encodeURIComponent(id.toWellFormed())}${afterId}`
}

/** The pages of the web app. */
export const pages = {
  ...productPages,
  claims: '/claims',
  users: '/users',
  sessions: '/sessions',
} as const

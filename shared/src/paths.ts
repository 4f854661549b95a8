/** Every URL path of the product, spelled once. The browser imports this file for its values. */

/** The JSON API, for the signed-in (`session` and `doctor` answer everyone). */
export const api = {
  session: '/api/session',
  extendSession: '/api/session/extend',
  sessions: '/api/sessions',
  me: '/api/me',
  claims: '/api/claims',
  organisation: '/api/organisation',
  users: '/api/users',
  /** A pattern; `userPhoto(id)` gives the address of one. */
  userPhoto: '/api/users/:id/photo',
  /** In development alone, for everyone. */
  doctor: '/api/doctor',
} as const

/** The address of one of the user's own sessions. @param id as the list of them names it */
export function ownSession(id: string): string {
  return `${api.sessions}/${encodeURIComponent(id)}`
}

/** The address of a person's photo. @param id the object id, a GUID */
export function userPhoto(id: string): string {
  return api.userPhoto.replace(':id', encodeURIComponent(id))
}

/** The sign-in flow, for navigations of the browser. */
export const auth = {
  signIn: '/auth/sign-in',
  redirect: '/auth/redirect',
  signOut: '/auth/sign-out',
  frontChannelLogout: '/auth/front-channel-logout',
} as const

/** The pages of the web app. */
export const pages = {
  home: '/',
  claims: '/claims',
  users: '/users',
  sessions: '/sessions',
  signedOut: '/signed-out',
  signInProblem: '/sign-in-problem',
  doctor: '/doctor',
} as const

/**
 * The address that starts a sign-in and comes back to `returnTo` (path, query and hash of a page).
 *
 * @param returnTo where to land afterwards, such as `/users?q=ada`
 * @param ask `prompt`: `select_account` shows the account picker even to somebody with one account;
 * `challenge`: what the server was asked to ask for
 */
export function signInUrl(
  returnTo: string,
  ask: { prompt?: 'select_account'; challenge?: string } = {},
): string {
  const query = new URLSearchParams({ returnTo, ...ask })
  return `${auth.signIn}?${query.toString()}`
}

/**
 * The address of *Continue* for an `interaction_required` answer: what it names, then back to here.
 *
 * @param url the answer's `signInUrl`: path and query
 * @param returnTo path, query and hash of the page that asked
 */
export function continueUrl(url: string, returnTo: string): string {
  const [path = '', search = ''] = url.split('?')
  const query = new URLSearchParams(search)
  query.set('returnTo', returnTo)
  return `${path}?${query.toString()}`
}

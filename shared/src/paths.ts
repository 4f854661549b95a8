/** Every URL path of the product, spelled once. The browser imports this file for its values. */

/** The JSON API, for the signed-in (only `session` answers everyone). */
export const api = {
  session: '/api/session',
  extendSession: '/api/session/extend',
  sessions: '/api/sessions',
  me: '/api/me',
  claims: '/api/claims',
  users: '/api/users',
} as const

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
  signedOut: '/signed-out',
  signInProblem: '/sign-in-problem',
} as const

/**
 * The address that starts a sign-in and comes back to `returnTo` (path, query and hash of a page).
 *
 * @param returnTo where to land afterwards, such as `/users?q=ada`
 * @param prompt `select_account` shows the account picker even to somebody with one account
 */
export function signInUrl(returnTo: string, prompt?: 'select_account'): string {
  const query = new URLSearchParams({ returnTo })
  if (prompt) query.set('prompt', prompt)
  return `${auth.signIn}?${query.toString()}`
}

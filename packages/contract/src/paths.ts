/** Every URL path of the product, spelled once. The browser imports this file for its values. */

/** The product's JSON API. `session` and `doctor` answer everyone, the others the signed-in. */
export const api = {
  session: '/api/session',
  extendSession: '/api/session/extend',
  sessions: '/api/sessions',
  /** Registered in development only, for everyone. */
  doctor: '/api/doctor',
} as const

/** The address of one of the user's own sessions. @param id as the list of them names it */
export function ownSession(id: string): string {
  return `${api.sessions}/${encodeURIComponent(id)}`
}

/** The sign-in flow, for navigations of the browser. */
export const auth = {
  signIn: '/auth/sign-in',
  redirect: '/auth/redirect',
  signOut: '/auth/sign-out',
  frontChannelLogout: '/auth/front-channel-logout',
} as const

/** The pages that the product leads to. The web app has to have them. */
export const pages = {
  home: '/',
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

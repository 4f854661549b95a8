/** Every URL path of the product, spelled once. The browser imports this file for its values. */

/** The product's JSON API. `session`, `signInProblem`, `doctor`, `development`, `openApi` and `reference` are public, the others are for signed-in users. */
export const api = {
  session: '/api/session',
  extendSession: '/api/session/extend',
  sessions: '/api/sessions',
  /** What is known of a failed sign-in; public. */
  signInProblem: '/api/sign-in-problem',
  /** Registered in development only. */
  doctor: '/api/doctor',
  /** Registered in development only. */
  development: '/api/development',
  /** Registered in development, or if `openApi` is configured. */
  openApi: '/api/openapi.json',
  reference: '/api/reference',
} as const

/** The address of one of the user's own sessions. @param id its id in `OwnSessions` */
export function ownSession(id: string): string {
  return `${api.sessions}/${encodeURIComponent(id)}`
}

/** The sign-in flow, for navigations of the browser. */
export const auth = {
  signIn: '/auth/sign-in',
  redirect: '/auth/redirect',
  /** Where an administrator returns to after consent for the whole organisation. */
  adminConsent: '/auth/admin-consent',
  signOut: '/auth/sign-out',
  frontChannelLogout: '/auth/front-channel-logout',
  /** Only for the browser itself: it binds a session to a key of this device, and proves the key (W3C DBSC). */
  device: '/auth/device',
  deviceRefresh: '/auth/device/refresh',
} as const

/** For load balancers: whether the process is alive, and whether it is ready for requests. */
export const health = { alive: '/healthz', ready: '/readyz' } as const

/** The pages that the product redirects to. The web app has to provide them. */
export const pages = {
  home: '/',
  signedOut: '/signed-out',
  signInProblem: '/sign-in-problem',
  doctor: '/doctor',
} as const

/**
 * Whether a path can be that of a page. The API and the sign-in flow are none: landing there would show JSON to a person,
 * or start the flow again. Neither the case of letters counts nor how they are written (`/%61uth` is `/auth` for the
 * server's router), so that nothing that only looks different gets through.
 *
 * @param path of the app, without query and hash
 */
export function isPagePath(path: string): boolean {
  return !/^\/(?:auth|api)(?:\/|$)/i.test(decodedOnce(path))
}

/** As the server's router reads it, which refuses what cannot be decoded, and takes `%2F` for no slash. */
function decodedOnce(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/**
 * The ids of the elements of the page that the server fills, with answers of the API by their addresses as JSON: the
 * session, and what the opened page asks for first.
 */
export const sessionElement = 'session-answer'
export const answersElement = 'first-answers'

/**
 * The address of what is known of a failed sign-in.
 *
 * @param failure the parameter of that name of the problem page; without one, only the app's own facts
 */
export function signInProblemUrl(failure: string | undefined): string {
  if (failure === undefined) return api.signInProblem
  return `${api.signInProblem}?${new URLSearchParams({ failure }).toString()}`
}

/**
 * The address that starts a sign-in.
 *
 * @param returnTo where the sign-in ends: path, query and hash of a page, such as `/users?q=ada`
 * @param options `prompt`: `select_account` shows the account picker even if there is one account only;
 * `none` shows no page of Microsoft: it comes back to `returnTo`, signed in or signed out; `challenge`: the
 * sealed request of an `interaction_required` answer; `automatic`: the server started it by itself
 */
export function signInUrl(
  returnTo: string,
  options: { prompt?: 'select_account' | 'none'; challenge?: string; automatic?: 'true' } = {},
): string {
  const query = new URLSearchParams({ returnTo, ...options })
  return `${auth.signIn}?${query.toString()}`
}

/** The query parameter of a page that must not lead to an automatic sign-in, because it comes from one. */
export const noAutomaticSignIn = 'automatic-sign-in=off'

/**
 * The query parameter of an address that the server redirected to because another host of the app was opened.
 * It keeps the server from doing so twice.
 */
export const hostRedirected = 'host-redirect=done'

/**
 * The address of *Continue* for an `interaction_required` answer.
 *
 * @param url the answer's `signInUrl`: path and query
 * @param returnTo where it ends: path, query and hash of a page
 */
export function continueUrl(url: string, returnTo: string): string {
  const [path = '', search = ''] = url.split('?')
  const query = new URLSearchParams(search)
  query.set('returnTo', returnTo)
  return `${path}?${query.toString()}`
}

/**
 * Whether a host name is this machine, for the program or the browser that asks. Every program on it is behind these
 * names, on any port.
 *
 * @param hostname of a `URL`: lower case, IPv6 in brackets
 */
export function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])\.?$/.test(hostname)
}

/**
 * The path of the app's public address, without a slash at its end: `/people` for
 * `https://portal.example.com/people`, empty for an app that has its host to itself.
 */
export function basePathOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '')
}

/**
 * A path of the app, from what comes behind the host in an address. All other paths in this file are of that kind.
 *
 * @param basePath from `basePathOf`
 * @param address path, query and hash
 * @returns undefined for an address of another app: `/peoplex` and `/people%2Fx` are not under `/people`
 */
export function withoutBasePath(basePath: string, address: string): string | undefined {
  if (!address.startsWith(basePath)) return undefined
  const path = address.slice(basePath.length)
  if (path.startsWith('/')) return path
  // `/people` itself is the home page.
  return basePath !== '' && /^(?:$|[?#])/.test(path) ? `/${path}` : undefined
}

/** An HTTP client for the app under test that keeps cookies, follows no redirect by itself, and signs in. */

import { type Cookie, CookieJar } from 'tough-cookie'
import { getGlobalDispatcher, type Dispatcher } from 'undici'
import { signInAtTenant, type SignInOptions } from './sign-in.ts'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: () => unknown
  location: string
  setCookies: string[]
}

export interface RequestOptions {
  method?: Dispatcher.HttpMethod
  headers?: Record<string, string | string[]>
  body?: string
  /** Replaces the jar's cookies for this request. */
  cookie?: string
}

export interface AppSignInOptions extends Pick<SignInOptions, 'user' | 'cancel'> {
  /** The path of the app that the sign-in returns to. */
  returnTo?: string
}

export interface Browser {
  jar: CookieJar
  send(path: string, options?: RequestOptions): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, headers?: Record<string, string>): Promise<Answer>
  /** Starts a sign-in. @returns the authorize URL */
  startSignIn(returnTo?: string): Promise<string>
  /** Signs in at the tenant. @returns path and query of the callback */
  callbackFrom(authorizeUrl: string, options?: AppSignInOptions): Promise<string>
  /** Signs in at the app. @returns the answer to the callback */
  signIn(options?: AppSignInOptions): Promise<Answer>
  cookie(name: string): Promise<string | undefined>
  cookieHeader(): Promise<string>
  /** The cookies in the form that Playwright starts a browser with: `browser.newContext({ storageState })`. */
  storageState(): Promise<StorageState>
}

/** https://playwright.dev/docs/api/class-browsercontext#browser-context-storage-state */
export interface StorageState {
  cookies: {
    name: string
    value: string
    domain: string
    path: string
    /** Seconds since the epoch; -1 for as long as the browser is open. */
    expires: number
    httpOnly: boolean
    secure: boolean
    sameSite: 'Strict' | 'Lax' | 'None'
  }[]
  origins: []
}

/**
 * Sends requests to the app as a browser does. The path that signs in is Gatehouse's, `/auth/sign-in`, behind the path
 * of the public address. All other paths are sent as they are given.
 *
 * @param origin the address that the app listens on
 * @param publicUrl the app's address in the browser, to which the cookies belong
 * @param jar the cookies of another browser, for a user who comes to another instance
 */
export function createBrowser(
  origin: string,
  publicUrl: string,
  jar: CookieJar = new CookieJar(),
): Browser {
  const basePath = new URL(publicUrl).pathname.replace(/\/$/, '')

  async function send(path: string, options: RequestOptions = {}): Promise<Answer> {
    const cookie = options.cookie ?? (await jar.getCookieString(publicUrl))
    // Not by a URL: the path has to be sent as it is written.
    const response = await getGlobalDispatcher().request({
      origin,
      path,
      method: options.method ?? 'GET',
      headers: { host: new URL(publicUrl).host, ...(cookie && { cookie }), ...options.headers },
      body: options.body ?? null,
    })
    const text = await response.body.text()
    const setCookies = [response.headers['set-cookie'] ?? []].flat()
    for (const line of setCookies) await jar.setCookie(line, publicUrl)
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as unknown,
      location: String(response.headers['location'] ?? ''),
      setCookies,
    }
  }

  async function startSignIn(returnTo?: string): Promise<string> {
    const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
    const answer = await send(`${basePath}/auth/sign-in${query}`)
    if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`)
    return answer.location
  }

  return {
    jar,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, headers = { 'x-csrf': '1' }) => send(path, { method: 'POST', headers }),
    startSignIn,
    callbackFrom,
    signIn: async (options = {}) =>
      send(await callbackFrom(await startSignIn(options.returnTo), options)),
    cookie: async (name) => {
      const cookies = await jar.getCookies(publicUrl)
      return cookies.find((cookie) => cookie.key === name)?.value
    },
    cookieHeader: () => jar.getCookieString(publicUrl),
    storageState: async () => ({
      cookies: (await jar.getCookies(publicUrl)).map(stored),
      origins: [],
    }),
  }
}

function stored(cookie: Cookie): StorageState['cookies'][number] {
  const { expires, sameSite } = cookie
  return {
    name: cookie.key,
    value: cookie.value,
    domain: cookie.domain ?? '',
    path: cookie.path ?? '/',
    expires: expires instanceof Date ? expires.getTime() / 1000 : -1,
    httpOnly: cookie.httpOnly,
    secure: cookie.secure,
    sameSite: sameSite === 'strict' ? 'Strict' : sameSite === 'none' ? 'None' : 'Lax',
  }
}

async function callbackFrom(authorizeUrl: string, options: AppSignInOptions = {}): Promise<string> {
  const { user, cancel } = options
  const { location } = await signInAtTenant(authorizeUrl, {
    ...(user !== undefined && { user }),
    ...(cancel !== undefined && { cancel }),
  })
  const { pathname, search } = new URL(location)
  return `${pathname}${search}`
}

/**
 * Signs visitors in at once where Microsoft knows them (`signIn.automatic`): the first page of a browser
 * session leads to a silent sign-in (`prompt=none`), which comes back to that page, signed in or signed out.
 *
 * A cookie remembers that it was tried. It is set one redirect before the sign-in, which then sees whether
 * this browser keeps cookies at all: one that does not would be sent to Microsoft and back for ever.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { noAutomaticSignIn, pages, signInUrl } from '@gatehouse/contract/paths'
import type { CookieJar } from '../../session/cookie.ts'
import { isFetchedInAdvance } from '../../navigation.ts'
import { StoreError } from '../../store/store.ts'
import { redirect303, safeReturnTo } from '../redirects.ts'
import type { RequestSessions } from '../request.ts'

const cookie = 'automatic-sign-in'

/** The longest that browsers keep a cookie: RFC 6265bis §5.5. */
const longestS = 400 * 24 * 60 * 60

/** Where a sign-in makes no sense, or has just failed. */
const never: readonly string[] = [pages.signedOut, pages.signInProblem]

/** Programs that show or index pages. Most send no Fetch Metadata; these are browsers and do. */
const programs = /bot\b|crawl|spider|slurp|preview|lighthouse|facebookexternalhit/i

interface AutomaticSignInOptions {
  automatic: boolean
  publicUrl: string
  jar: CookieJar
  requestSessions: RequestSessions
}

export function createAutomaticSignIn(options: AutomaticSignInOptions) {
  const { automatic, publicUrl, jar, requestSessions } = options
  const wasTried = ({ headers }: FastifyRequest) => jar.isSent(headers.cookie, cookie)

  return {
    /** Whether this page request leads to a sign-in. Then the answer is sent. */
    begin: async (request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
      if (!automatic || wasTried(request) || !isPageOfAPerson(request)) return false
      // The way back has to lead here: an address that is too long for it would be lost.
      const returnTo = safeReturnTo(request.url, publicUrl)
      if (returnTo.split('?')[0] !== request.url.split('?')[0]) return false
      if (await isSignedIn(requestSessions, request)) return false
      jar.set(reply, cookie, 'tried')
      redirect303(reply, signInUrl(returnTo, { prompt: 'none', automatic: 'true' }))
      return true
    },

    /** Whether the browser kept the cookie that `begin` has set. */
    keepsCookies: wasTried,

    /** The user signed in by hand: the next time without a session may be automatic again. */
    onSignIn: (request: FastifyRequest, reply: FastifyReply): void => {
      if (wasTried(request)) jar.clear(reply, cookie)
    },

    /** No visit signs the user in again until they do it by hand, not even after the browser was closed. */
    onSignOut: (reply: FastifyReply): void => {
      if (automatic) jar.set(reply, cookie, 'signed-out', longestS)
    },
  }
}

/** A person opens a page in a tab now: no frame, file, prefetch, prerender or program. */
function isPageOfAPerson({ method, headers, url }: FastifyRequest): boolean {
  // A query may have further question marks (RFC 3986 §3.4).
  const [path = '', query = ''] = url.split(/\?(.*)/s)
  return (
    method === 'GET' &&
    // A browser that sends no Fetch Metadata signs in by hand.
    headers['sec-fetch-dest'] === 'document' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    !isFetchedInAdvance(headers) &&
    headers.accept?.includes('text/html') === true &&
    !programs.test(headers['user-agent'] ?? 'bot') &&
    !never.includes(path) &&
    !query.split('&').includes(noAutomaticSignIn)
  )
}

async function isSignedIn(sessions: RequestSessions, request: FastifyRequest): Promise<boolean> {
  try {
    return (await sessions.open(request)) !== undefined
  } catch (error) {
    // Without the store, nobody can sign in.
    if (error instanceof StoreError) return true
    throw error
  }
}

/**
 * A page's address that does not lead to an automatic sign-in, for a browser without cookies. The page
 * removes the parameter again.
 */
export function withoutAutomaticSignIn(returnTo: string): string {
  const [address = '', ...hash] = returnTo.split('#')
  const marked = `${address}${address.includes('?') ? '&' : '?'}${noAutomaticSignIn}`
  return [marked, ...hash].join('#')
}

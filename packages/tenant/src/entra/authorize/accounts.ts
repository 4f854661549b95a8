/** The accounts that are signed in to the tenant in a browser: several behind one random cookie. */

import { randomBytes, randomUUID } from 'node:crypto'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createBoundedMap } from '../../bounded-map.ts'
import type { Directory } from '../../directory/directory.ts'
import { EntraError } from '../errors.ts'

export interface SignedInAccount {
  userId: string
  /** Entra's session id of this account in this browser: `session_state`, and the `sid` claim. */
  sid: string
  /** Ms since the epoch. */
  signedInAt: number
  /** The applications that it was used for; a sign-out notifies them. */
  clientIds: Set<string>
  /** Authentication contexts that the person has satisfied since signing in. */
  contexts: Set<string>
  /** How often the sessions of the user had been ended before. */
  endings: number
}

export type Accounts = ReadonlyMap<string, SignedInAccount>

export interface Browsers {
  accounts(request: FastifyRequest): Accounts
  /** Sets a fresh cookie value, so that one planted before the sign-in is worth nothing. */
  signIn(request: FastifyRequest, reply: FastifyReply, userId: string, at: number): SignedInAccount
  signOut(request: FastifyRequest, userId: string): void
  /** Signs the user out in every browser. */
  end(userId: string): void
  /** Signs everyone out, in every browser. */
  clear(): void
}

const cookieName = 'tenant_accounts'
/** Goes with requests from frames of other sites too. */
const frameCookieName = 'tenant_accounts_frame'
const browserLimit = 20_000

export function createBrowsers(): Browsers {
  let browsers = createBoundedMap<Accounts>(browserLimit)
  /** By `sid`: the accounts that were signed out, behind whatever cookie they are. */
  let ended = createBoundedMap<true>(browserLimit)
  /** By user. */
  const endings = new Map<string, number>()
  const endingsOf = (userId: string) => endings.get(userId) ?? 0
  const isOver = (account: SignedInAccount) =>
    ended.get(account.sid) || account.endings < endingsOf(account.userId)
  const find = (request: FastifyRequest): Accounts => {
    const id = cookieOf(request)
    const all = [...((id && browsers.get(id)) || [])]
    return new Map(all.filter(([, account]) => !isOver(account)))
  }
  return {
    accounts: find,
    signIn(request, reply, userId, at) {
      const accounts = find(request)
      const known = accounts.get(userId)
      const account = known
        ? { ...known, signedInAt: at, contexts: new Set<string>() }
        : newAccount(userId, at, endingsOf(userId))
      // The accounts of the old value stay: a second press of the button, or another tab, sends it once more.
      const fresh = randomBytes(24).toString('base64url')
      browsers.set(fresh, new Map(accounts).set(userId, account))
      reply.header('set-cookie', setCookies(fresh))
      return account
    },
    signOut(request, userId) {
      const account = find(request).get(userId)
      if (account) ended.set(account.sid, true)
    },
    end: (userId) => void endings.set(userId, endingsOf(userId) + 1),
    clear() {
      browsers = createBoundedMap(browserLimit)
      ended = createBoundedMap(browserLimit)
    },
  }
}

/**
 * Ends the refresh tokens of a user and the sessions in browsers, as Entra does: "as well as session cookies in a user's
 * browser". Without an id, those of all users of the tenant.
 * https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
export function endSessions(
  { directory, browsers }: { directory: Directory; browsers: Browsers },
  id?: string,
): void {
  directory.revoke(id)
  // The browsers are those of all tenants on the port.
  for (const userId of id === undefined ? directory.users.map((user) => user.id) : [id]) {
    browsers.end(userId)
  }
}

function newAccount(userId: string, at: number, endings: number): SignedInAccount {
  return {
    userId,
    sid: randomUUID(),
    signedInAt: at,
    clientIds: new Set(),
    contexts: new Set(),
    endings,
  }
}

function cookieOf(request: FastifyRequest): string | undefined {
  const cookies = parseCookie(request.headers.cookie ?? '')
  return cookies[cookieName] ?? cookies[frameCookieName]
}

/**
 * Entra's cookies are `SameSite=None; Secure`, so that `prompt=none` works in a hidden frame of an application's page.
 * Browsers take such a cookie over https, and most of them also over http from this machine. Safari, and clients that
 * are no browser, do not: so there are two cookies of one value, and the first works everywhere but in frames.
 */
function setCookies(value: string): string[] {
  const common = { value, httpOnly: true, path: '/' }
  return [
    stringifySetCookie({ ...common, name: cookieName, sameSite: 'lax' }),
    stringifySetCookie({ ...common, name: frameCookieName, sameSite: 'none', secure: true }),
  ]
}

/**
 * Any web page can make a browser send a form to loopback. The tenant takes only forms of its own pages.
 *
 * @throws EntraError 403 for a request that a browser sent from another site
 */
export function refuseCrossSite(request: FastifyRequest): void {
  if (isSameSite(request)) return
  throw new EntraError(90023, { status: 403, message: 'The form was sent from another site.' })
}

/** True without an Origin: a browser sends one with a form. */
export function isSameSite({ headers }: FastifyRequest): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  // The origin has https if a proxy with TLS is in front.
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host
}

/** The words of the pages for navigations that failed, by problem. All of them are fixed. */
import type { IncomingMessage } from 'node:http'
import { type ProblemCode, problemMediaType } from '@gatehouse/contract/problem'
import { pages, signInUrl } from '@gatehouse/contract/paths'
import { type ProblemError, toProblem } from '../errors.ts'
import { type HtmlPage, htmlPageHeaders, renderHtmlPage } from '../html-page.ts'
import { isForPerson } from '../navigation.ts'

type Words = readonly [title: string, text: string]

const notAPage: Words = ['Page not found', 'The link may be out of date or mistyped.']

const words: Readonly<Record<ProblemCode, Words>> = {
  sign_in_required: ['Sign in to see this page', 'This browser is not signed in.'],
  interaction_required: ['Sign in again to continue', 'Microsoft asks for more before this page.'],
  device_proof_required: [
    'This browser has to prove its device',
    'Your session is bound to the device that you signed in on. Try again; if this page comes back, sign in again.',
  ],
  forbidden: ['You don’t have access', 'Your account lacks a permission for this page.'],
  cross_site: [
    'This address is not a page',
    'It is for the app itself, and shows nothing in an address bar.',
  ],
  invalid_request: ['This link does not work', 'It is not as this app writes it.'],
  not_found: notAPage,
  method_not_allowed: ['This address cannot be opened this way', 'Open the app instead.'],
  too_many_requests: [
    'Too many requests at once',
    'Many requests came from your network. Your account is fine.',
  ],
  conflict: ['Someone else changed this', 'Open the page again to see what it is now.'],
  idempotency_key_in_use: ['This is still being done', 'Try again in a moment.'],
  idempotency_key_reused: ['This link does not work', 'It is not as this app writes it.'],
  storage_full: ['There is no room left', 'A service that this page needs has no storage left.'],
  misconfigured: [
    'This app is not set up for this yet',
    'The developer of this app finds the reason in the server’s log.',
  ],
  upstream_failed: [
    'This page is not available just now',
    'A service that it needs did not answer.',
  ],
  upstream_timeout: [
    'This page is not available just now',
    'A service that it needs did not answer in time.',
  ],
  unavailable: [
    'This page is not available just now',
    'Your account is fine. Try again in a moment.',
  ],
  internal: [
    'Something went wrong on our side',
    'Try again; if it keeps happening, send the request id to the developer of this app.',
  ],
}

const tooLarge: Words = [
  'Your browser sent too much',
  'Its cookies for this site are too large together. Those of unfinished sign-ins are removed now. If this page comes back, clear the cookies of this site.',
]

const signInHelps: ReadonlySet<ProblemCode> = new Set([
  'sign_in_required',
  'interaction_required',
  'device_proof_required',
])

/** @param goesOn whether the page loads itself again */
export function problemPageFor(problem: ProblemError, goesOn: boolean): HtmlPage {
  const { code, status, retryAfterS } = problem
  const [title, text] = status === 431 ? tooLarge : words[code]
  const needsSignIn = signInHelps.has(code)
  return {
    title,
    text: goesOn
      ? [text, `This page goes on by itself in ${inSeconds(retryAfterS ?? 0)}.`]
      : [text],
    action: needsSignIn
      ? { label: 'Sign in', href: signInUrl(pages.home) }
      : { label: 'Go to home', href: pages.home },
  }
}

function inSeconds(seconds: number): string {
  return seconds === 1 ? 'one second' : `${seconds} seconds`
}

/**
 * A problem as a whole answer, for a server in front of this one that cannot reach it: a page for a person,
 * which loads itself again by its header, and problem details for programs.
 *
 * @param basePath the path of `publicUrl`; empty without one
 */
export function problemAnswer(
  problem: ProblemError,
  { headers: asked, method }: IncomingMessage,
  { requestId, basePath }: { requestId: string; basePath: string },
): { headers: Record<string, string>; body: string } {
  const { retryAfterS, message } = problem
  const isPage = isForPerson(asked)
  const goesOn = isPage && retryAfterS !== undefined && method === 'GET'
  const page = problemPageFor(problem, goesOn)
  return {
    headers: {
      'cache-control': 'no-store',
      ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
      ...(goesOn && { refresh: String(retryAfterS) }),
      ...(isPage ? htmlPageHeaders() : { 'content-type': problemMediaType }),
    },
    body: isPage
      ? renderHtmlPage({ ...page, text: [...page.text, message], requestId }, basePath)
      : JSON.stringify(toProblem(problem, { requestId })),
  }
}

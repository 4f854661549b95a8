/** The page that explains a failed sign-in: what it is told, and how a browser gets there. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pages } from '@gatehouse/contract/paths'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { SignInProblem, SignInProblemQuery } from '@gatehouse/contract/sign-in-problem'
import { publicAddress } from '../../base-path.ts'
import { remedyFor, type SignInProblemCode } from '../../entra/index.ts'
import { sendHtmlPage } from '../../html-page.ts'
import type { SealedCookies } from '../../session/cookie.ts'
import { fallback } from '../redirects.ts'
import { causes, problem as words } from './words.ts'

/**
 * Causes that Entra has no part in. `invalid_link`: a link to /auth/sign-in that this app did not write.
 * `app_unavailable`: this app's own store does not answer.
 */
type ProblemPageCode = SignInProblemCode | 'invalid_link' | 'app_unavailable'

const Id = Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f-]{36}$' }))

/** What support asks for about one failed sign-in. No words of Microsoft's: they hold names. */
const FailureFacts = Type.Object({
  /** Milliseconds since the epoch. */
  at: Type.Number(),
  aadsts: Type.Optional(Type.Integer()),
  /** The check that failed, by its name in the log. */
  check: Type.Optional(Type.String({ maxLength: 40 })),
  correlationId: Id,
  traceId: Id,
})

export type FailureFacts = Static<typeof FailureFacts>

type Known = { [Key in Exclude<keyof FailureFacts, 'at'>]?: FailureFacts[Key] | undefined }

/** What is defined of the facts that a failure may have. */
function definedOf({ aadsts, check, correlationId, traceId }: Known): Omit<FailureFacts, 'at'> {
  return {
    ...(aadsts !== undefined && { aadsts }),
    ...(check !== undefined && { check }),
    ...(correlationId !== undefined && { correlationId }),
    ...(traceId !== undefined && { traceId }),
  }
}

type Failures = ReturnType<typeof createFailures>

/**
 * The facts of a failure travel sealed in the address of the problem page: nothing is kept on the server, any
 * instance can read them, and a link that someone else wrote cannot invent them.
 */
export function createFailures(cookies: SealedCookies, now: () => number) {
  return {
    seal: (known: Known = {}): string =>
      cookies.seal('sign-in-failure', { at: now(), ...definedOf(known) }),
    /** Undefined for anything that this app did not seal. */
    open: (sealed: string | undefined): FailureFacts | undefined => {
      const content =
        sealed === undefined ? undefined : cookies.open('sign-in-failure', sealed)?.content
      return Value.Check(FailureFacts, content) ? content : undefined
    },
  }
}

/** What the page that explains a failed sign-in is told. */
export interface ProblemPage {
  code: ProblemPageCode
  /** The page that the user was going to, from `safeReturnTo`. */
  returnTo: string
  /** Microsoft's number. */
  aadsts?: number | undefined
  /** When it failed and how, sealed; see `createFailures`. */
  failure?: string | undefined
}

/** The address of that page: our code, our request id, and where its button leads back to. */
export function problemPage(
  { id }: FastifyRequest,
  { code, returnTo, aadsts, failure }: ProblemPage,
): string {
  const query = new URLSearchParams({ code, id })
  if (returnTo !== fallback) query.set('returnTo', returnTo)
  if (aadsts !== undefined) query.set('aadsts', String(aadsts))
  if (failure !== undefined) query.set('failure', failure)
  return `${pages.signInProblem}?${query.toString()}`
}

/** Whose failure it is. */
const unavailableBecause = {
  unavailable: words.unavailable,
  unreachable: words.unreachable,
  app_unavailable: words.appUnavailable,
}

/** 503 for a navigation, with Retry-After: Entra or the store does not answer. */
export function sendUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  page: ProblemPage & { code: keyof typeof unavailableBecause },
): FastifyReply {
  const text = unavailableBecause[page.code]
  reply.code(503).header('retry-after', '5')
  return sendProblemPage(reply, problemPage(request, page), words.unavailableTitle, text)
}

/** 400 for a navigation: neither this app nor Entra writes such an address. */
export function sendInvalidLink(
  request: FastifyRequest,
  reply: FastifyReply,
  page: ProblemPage,
): FastifyReply {
  const address = problemPage(request, page)
  return sendProblemPage(reply.code(400), address, words.invalidLinkTitle, words.invalidLink)
}

/**
 * A failure that keeps its status for programs, and leads a browser on to the page that explains it. The
 * text is for a browser that does not follow `Refresh`.
 */
function sendProblemPage(
  reply: FastifyReply,
  page: string,
  title: string,
  text: string,
): FastifyReply {
  reply.header('refresh', `0; url=${publicAddress(reply.server.basePath, page)}`)
  return sendHtmlPage(reply, { title, text: [text], action: { label: words.continue, href: page } })
}

/** What is known of the app, as every authorization request names it, and the failures that it sealed. */
interface Facts {
  failures: Failures
  /** Whether the cause may be told; see `Config`. */
  development: boolean
  authority: string
  registration: { tenant: string; clientId: string; redirectUri: string }
  scopes: readonly string[]
}

/** What the page and its copied details say about a failure that this app sealed, and about the app. */
export function signInProblem(
  { failures, development, registration, authority, scopes }: Facts,
  { failure: sealed }: SignInProblemQuery,
): SignInProblem {
  const failure = failures.open(sealed)
  const { clientId, tenant } = registration
  return {
    ...(failure && {
      failure: { ...describeFailure(failure), ...(development && describeCause(failure)) },
    }),
    clientId,
    tenant,
    permissions: [...scopes],
    adminConsentUrl: adminConsentUrl({ authority, ...registration, scopes }),
  }
}

/** For the developer, who sits in front of the page: elsewhere it would tell strangers about the configuration. */
function describeCause({ aadsts, check = '' }: FailureFacts) {
  const remedy = remedyFor({ aadsts })
  const cause = remedy?.fix ?? (Object.hasOwn(causes, check) ? causes[check] : undefined)
  return {
    ...(cause !== undefined && { cause }),
    ...(remedy?.setting !== undefined && { setting: remedy.setting }),
  }
}

function describeFailure({ at, aadsts, correlationId, traceId }: FailureFacts) {
  const remedy = remedyFor({ aadsts })
  return {
    at: new Date(at).toISOString(),
    ...(aadsts !== undefined && { aadsts: `AADSTS${aadsts}` }),
    ...(correlationId !== undefined && { correlationId }),
    ...(traceId !== undefined && { traceId }),
    ...(remedy && { who: remedy.who, fix: remedy.fix, portal: remedy.portal }),
  }
}

interface ConsentTarget {
  authority: string
  tenant: string
  clientId: string
  redirectUri: string
  scopes: readonly string[]
}

/**
 * Where an administrator consents for everyone. It returns to the redirect URI, which is registered for sure.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function adminConsentUrl({
  authority,
  tenant,
  clientId,
  redirectUri,
  scopes,
}: ConsentTarget): string {
  const url = new URL(`${authority}/${tenant}/v2.0/adminconsent`)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('scope', scopes.join(' '))
  url.searchParams.set('redirect_uri', redirectUri)
  return url.href
}

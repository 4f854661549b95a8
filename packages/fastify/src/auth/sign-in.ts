import { type Static, Type } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EntraError, type SignInProblemCode } from '../entra/index.ts'
import { StoreError } from '../store/store.ts'
import type { FlowContext } from './context.ts'
import { codeChallenge } from './transaction.ts'
import { pages } from '@gatehouse/contract/paths'

/** Where a sign-in may land: a page of this app, and nowhere else (CWE-601). */

const fallback = '/'
/** Fits a sealed cookie with room to spare, and any address that a person would share. */
const maxLength = 1024
/** Landing on these would start the flow again, or show JSON to a person. */
const notPages = /^\/(?:auth|api)(?:\/|$)/i

/**
 * Reduces what a link asked for to path, query and hash of this origin, percent-encoded.
 *
 * Parsed the way browsers parse (WHATWG URL), so that what they would read as another host, such
 * as `//evil`, `/\evil` or `https:evil`, is seen as one here too. Whatever is not a page of this
 * app becomes `/`; this function does not throw.
 *
 * @param value the `returnTo` parameter, decoded once
 * @param origin the configured public origin
 */
export function safeReturnTo(value: unknown, origin: string): string {
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > maxLength) {
    return fallback
  }
  if (!URL.canParse(value, origin)) return fallback
  const url = new URL(value, origin)
  if (url.origin !== origin || url.username || url.password) return fallback
  // A backslash counts double in the JSON of the cookie, whose size is bounded.
  const path = `${url.pathname}${url.search}${url.hash}`.replaceAll('\\', '%5C')
  // `/.//evil` is of this origin as a URL, and another host again once it is written as a path.
  if (path.startsWith('//') || path.length > maxLength || notPages.test(url.pathname))
    return fallback
  return path
}

/**
 * `GET /auth/sign-in`. These parameters and no others, each at most once: anyone can write such a link,
 * so nothing else of it may reach Entra, the transaction or a decision.
 */
export const SignInQuery = Type.Object(
  {
    returnTo: Type.Optional(Type.String()),
    prompt: Type.Optional(Type.Literal('select_account')),
    loginHint: Type.Optional(Type.String({ maxLength: 320 })),
    domainHint: Type.Optional(Type.String({ maxLength: 255 })),
    challenge: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)

/**
 * Starts a sign-in, for somebody new or for somebody who is signed in and has to prove or grant more.
 * A challenge counts only in the session that it was made for; anywhere else it is a plain sign-in.
 */
export async function signIn(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = request.query as Static<typeof SignInQuery>
  try {
    const challenge = await findChallenge(flow, request, query.challenge)
    return await beginSignIn(flow, request, reply, {
      returnTo: safeReturnTo(query.returnTo, flow.publicUrl),
      prompt: query.prompt,
      // A challenge is about the person who is signed in: a link cannot make it another one's.
      loginHint: challenge?.loginHint ?? query.loginHint,
      domainHint: query.domainHint,
      scopes: challenge?.scopes,
      claims: challenge?.claims,
    })
  } catch (error) {
    request.log.error({ err: error, event: 'sign_in_not_started' }, 'A sign-in could not start')
    if (error instanceof StoreError) return unavailable(request, reply)
    if (error instanceof EntraError && error.code === 'entra_unavailable') {
      return unavailable(request, reply)
    }
    return seeOther(reply, problemPage(request, 'failed'))
  }
}

/** What the session of this browser was asked for under that name. */
async function findChallenge(flow: FlowContext, request: FastifyRequest, name: string | undefined) {
  if (name === undefined) return undefined
  const session = await flow.openSession(request)
  const challenge = session?.challenges.find(({ id }) => id === name)
  if (!session || !challenge) return undefined
  const { reason, claims, scopes } = challenge
  request.log.info({ event: 'interaction_begun', reason }, 'The user goes to Microsoft for more')
  return { claims, scopes, loginHint: session.user.username }
}

// The start of every sign-in: a transaction in a cookie of its own, and 303 to Entra.

/** What one sign-in asks Entra for beside who it is. */
interface Ask {
  /** A page of ours. */
  returnTo: string
  prompt?: 'select_account' | undefined
  loginHint?: string | undefined
  domainHint?: string | undefined
  /** Permissions to consent to, on top of the configured ones. */
  scopes?: readonly string[] | undefined
  /** A claims request, JSON. */
  claims?: string | undefined
  /** It follows by itself on one that Entra wanted more for; there is no third. */
  again?: true | undefined
}

/**
 * OpenID Connect Core §3.1.2.1. A session that is there stays as it is until the new one has succeeded.
 *
 * @throws EntraError before anything is set
 */
export async function beginSignIn(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
  ask: Ask,
): Promise<FastifyReply> {
  // Before the cookie: a tenant that does not answer must leave nothing behind.
  await flow.entra.discovery.metadata()
  const { returnTo, claims, again, prompt, loginHint, domainHint, scopes = [] } = ask
  const transaction = flow.transactions.begin(request, reply, { returnTo, claims, again })
  const url = await flow.entra.authorizeUrl({
    state: transaction.state,
    nonce: transaction.nonce,
    codeChallenge: codeChallenge(transaction.verifier),
    scopes: [...new Set([...flow.scopes, ...scopes])],
    ...(prompt && { prompt }),
    ...(loginHint && { loginHint }),
    ...(domainHint && { domainHint }),
    ...(claims && { claims }),
  })
  return seeOther(reply, url)
}

// Answers for a person whose browser is on an /auth address: a redirect to a page, or a page.

/** The problem page knows one cause more: a link to /auth/sign-in that is not as the app writes it. */
type ProblemPageCode = SignInProblemCode | 'invalid_link'

/** The address of the page that explains a sign-in that did not work: our word, our request id, Microsoft's number. */
export function problemPage(
  request: FastifyRequest,
  code: ProblemPageCode,
  aadsts?: number,
): string {
  const query = new URLSearchParams({ code, id: request.id })
  if (aadsts !== undefined) query.set('aadsts', String(aadsts))
  return `${pages.signInProblem}?${query.toString()}`
}

/** 303, never 307: the browser must arrive with a GET (RFC 9700 §4.12). */
export function seeOther(reply: FastifyReply, location: string): FastifyReply {
  return reply.header('referrer-policy', 'no-referrer').redirect(location, 303)
}

/** 503 for a navigation, with Retry-After: Entra or the store does not answer. */
export function unavailable(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(503).header('retry-after', '5')
  const [title, text] = ['Sign-in is not available', 'Microsoft did not answer.']
  return showProblem(reply, problemPage(request, 'unavailable'), title, text)
}

/** 400 for a navigation: the address is not one that this app or Entra writes. */
export function invalidLink(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemPageCode,
): FastifyReply {
  const [title, text] = ['This sign-in link does not work', 'It is not as this app writes it.']
  return showProblem(reply.code(400), problemPage(request, code), title, text)
}

/**
 * A failure that keeps its status: a program reads it, and a browser moves on to the page that explains
 * it. The words are for a browser that does not follow `Refresh`.
 */
function showProblem(reply: FastifyReply, page: string, title: string, text: string): FastifyReply {
  return reply
    .header('refresh', `0; url=${page}`)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1><p>${text} <a href="${page.replaceAll('&', '&amp;')}">Continue</a></p></html>`,
    )
}

import { type Static, Type } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  aadstsNumber,
  remedyFor,
  EntraError,
  interactionFor,
  causeOf,
  causeOfError,
  timingSafeEqualText,
  type SignInProblemCode,
  parseClaimsRequest,
} from '../entra/index.ts'
import { deviceName } from '../session/user-sessions.ts'
import { grantedToken } from '../session/token-set.ts'
import type { SessionRecord } from '../session/record.ts'
import { StoreError } from '../store/store.ts'
import { sessionCookie } from '../session/cookie.ts'
import type { FlowContext } from './context.ts'
import { beginSignIn, problemPage, seeOther, unavailable } from './sign-in.ts'
import { stateMadeAt, type Transaction, transactionMs } from './transaction.ts'

/** No authorization code is near this long; Entra's are about 1.5 kB. */
const Parameter = Type.Optional(Type.String({ maxLength: 8192 }))

/** The parameters that have a meaning here, each at most once; the few others that Entra sends are not looked at. */
export const RedirectQuery = Type.Object(
  {
    code: Parameter,
    state: Parameter,
    error: Parameter,
    error_description: Parameter,
    iss: Parameter,
  },
  { maxProperties: 32 },
)

type Callback = Static<typeof RedirectQuery>

/** A fresh token that fails one of these came from another time, or this server lives in one. */
const timeChecks = new Set(['exp', 'iat', 'nbf'])

/** A sign-in that ends without a session: a word for the page, and one for the audit line. */
interface Refusal {
  code: SignInProblemCode
  check: string
  aadsts?: number | undefined
}

/**
 * `GET /auth/redirect`: where Entra sends the browser back to (RFC 6749 §4.1.2).
 *
 * Checks state, then errors, spends the transaction, redeems the code, verifies the ID token, and
 * only then replaces the browser's session by a new one. Every other outcome leaves an earlier
 * session as it was and shows a page.
 */
export async function redirect(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const callback = request.query as Callback
  let transaction: Transaction | undefined
  try {
    transaction = callback.state ? findTransaction(flow, request, callback.state) : undefined
    if (!transaction) return await withoutTransaction(flow, request, reply)

    flow.transactions.clear(reply, transaction.state)
    if (!(await flow.marks.spend(flow.transactions.spentKey(transaction), transactionMs))) {
      return await withoutTransaction(flow, request, reply)
    }
    const refusal = await refusalOf(flow, callback)
    if (refusal) return refused(request, reply, refusal)
    return await complete(flow, request, reply, transaction, callback.code ?? '')
  } catch (error) {
    if (error instanceof StoreError) {
      request.log.error({ err: error, event: 'sign_in_failed', check: 'store' }, 'Sign-in failed')
      return unavailable(request, reply)
    }
    if (transaction && !transaction.again && wantsMore(error)) {
      return await again(flow, request, reply, transaction, error)
    }
    const check = error instanceof EntraError ? (error.check ?? error.code) : 'unexpected'
    const aadsts = error instanceof EntraError ? error.aadsts : undefined
    request.log.error({ err: error }, 'The exchange with Entra failed')
    if (timeChecks.has(check)) {
      const sentence = 'The token’s times do not fit this server’s clock: is the clock right (NTP)?'
      request.log.error({ event: 'clock', check }, sentence)
    }
    return refused(request, reply, {
      code: causeOfError(error),
      check,
      ...(aadsts && { aadsts }),
    })
  }
}

function findTransaction(flow: FlowContext, request: FastifyRequest, state: string) {
  const transaction = flow.transactions.find(request, state)
  return transaction && timingSafeEqualText(state, transaction.state) ? transaction : undefined
}

/**
 * Nothing that this browser began, or nothing any more. Loading the callback again, or going back
 * to it, is no failure for somebody who is signed in: they land in the app.
 */
async function withoutTransaction(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (await flow.openSession(request)) return seeOther(reply, '/')
  const madeAt = stateMadeAt((request.query as Callback).state ?? '')
  const isFresh = madeAt !== undefined && Math.abs(flow.now() - madeAt) < transactionMs
  // Begun a moment ago, and no cookie at all came back: this browser keeps none.
  const code = isFresh && !request.headers.cookie ? 'cookies_blocked' : 'expired'
  return refused(request, reply, { code, check: 'transaction' })
}

async function refusalOf(flow: FlowContext, callback: Callback): Promise<Refusal | undefined> {
  const metadata = await flow.entra.discovery.metadata()
  // RFC 9207: whoever answers must be the one who was asked. Entra itself may leave `iss` out.
  const advertised = metadata.authorization_response_iss_parameter_supported === true
  const issMissing = callback.iss === undefined
  if (issMissing ? advertised : !matchesIssuer(callback.iss, metadata.issuer)) {
    return { code: 'failed', check: 'iss_parameter' }
  }
  if (callback.error !== undefined) {
    const aadsts = aadstsNumber(callback.error_description)
    const code = causeOf(callback.error, aadsts)
    return { code, check: 'authorize_error', ...(aadsts && { aadsts }) }
  }
  return callback.code ? undefined : { code: 'failed', check: 'code_missing' }
}

/** The metadata's issuer may hold the template `{tenantid}`: then any tenant's spelling of it counts here. */
export function matchesIssuer(iss: string | undefined, issuer: string): boolean {
  const [before = '', after] = issuer.split('{tenantid}')
  if (after === undefined) return iss === issuer
  const tenant = iss?.slice(before.length, iss.length - after.length)
  return iss === `${before}${tenant ?? ''}${after}` && /^[0-9a-f-]{36}$/i.test(tenant ?? '')
}

async function complete(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
  transaction: Transaction,
  code: string,
): Promise<FastifyReply> {
  const { verifier, nonce, claims } = transaction
  const answer = await flow.entra.redeemCode({
    code,
    verifier,
    nonce,
    scopes: flow.scopes,
    ...(claims && { claims }),
  })
  const verified = await flow.entra.verify(answer.idToken, {
    nonce: transaction.nonce,
    accessToken: answer.accessToken,
  })
  const now = flow.now()
  const record: SessionRecord = {
    ...verified,
    receivedAt: now,
    tokens: [grantedToken(answer, flow.scopes, now)],
    ...(answer.refreshToken && { refreshToken: answer.refreshToken }),
    startedAt: now,
    seenAt: now,
    device: deviceName(request.headers),
  }
  // The old session goes first: whoever planted its cookie must not share the new one (CWE-384).
  const earlier = await flow.openSession(request)
  if (earlier) await flow.sessions.end(earlier.secrets.id)
  const cookie = await flow.sessions.start(record)
  flow.jar.set(reply, sessionCookie, cookie)
  request.log.info({ event: 'sign_in', who: flow.whoIs(verified.claims) }, 'Signed in')
  return seeOther(reply, transaction.returnTo)
}

function refused(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const advice = remedyFor(refusal)
  const fields = { event: 'sign_in_refused', ...refusal, ...(advice && { advice }) }
  request.log.warn(fields, 'Sign-in refused')
  return seeOther(reply, problemPage(request, refusal.code, refusal.aadsts))
}

// A second sign-in by itself: Entra took the code, and then wanted another proof of who it is.

/** Whether an exchange failed for want of a stronger proof (conditional access). */
function wantsMore(error: unknown): error is EntraError {
  return error instanceof EntraError && interactionFor(error) === 'step_up'
}

/** Back to Entra with what it asked for, once; a second time is for the person to decide. */
async function again(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo, claims }: Transaction,
  error: EntraError,
): Promise<FastifyReply> {
  request.log.info({ event: 'step_up', aadsts: error.aadsts }, 'Entra asks for another proof')
  const asked = parseClaimsRequest(error.claims) ?? claims
  try {
    return await beginSignIn(flow, request, reply, { returnTo, claims: asked, again: true })
  } catch (cause) {
    request.log.error({ err: cause, event: 'sign_in_not_started' }, 'A sign-in could not start')
    return unavailable(request, reply)
  }
}

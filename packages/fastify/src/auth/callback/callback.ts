/** `GET /auth/redirect`: Entra sends the browser back here, with a code or an error (RFC 6749 §4.1.2). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { withScopesOfSameApi } from '../../config/index.ts'
import {
  causeOfError,
  EntraError,
  interactionFor,
  parseClaimsRequest,
  remedyFor,
} from '../../entra/index.ts'
import { type SessionRecord, userKeyIn } from '../../session/record.ts'
import { grantedToken } from '../../session/token-set.ts'
import { deriveSecrets } from '../../store/seal.ts'
import { StoreError } from '../../store/store.ts'
import { countSignIn } from '../../telemetry/metrics.ts'
import {
  authorizeFailure,
  type CallbackParameters,
  checkCallback,
  failedCheckOf,
  type SignInFailure,
} from './checks.ts'
import type { AuthContext } from '../context.ts'
import { deviceName, signInAddress } from './session-label.ts'
import { problemPage, sendUnavailable } from '../pages/problem.ts'
import { fallback, redirect303 } from '../redirects.ts'
import { sendNotStarted, startSignIn } from '../sign-in/sign-in.ts'
import {
  type OwnTransaction,
  sessionKeyOf,
  type SignInState,
  transactionMs,
} from '../sign-in/transaction.ts'

/** If a fresh token fails one of these, its times are wrong, or this server's clock is. */
const timeChecks = new Set(['exp', 'iat', 'nbf'])

/** One arrival at the callback. */
interface Callback {
  parameters: CallbackParameters
  /** What this app sealed into `state`; undefined for a state that is not ours. */
  state: SignInState | undefined
  /** Where the user was going. It survives every outcome. */
  returnTo: string
  /** This browser's own transaction of that state, if its cookie came along. */
  transaction: OwnTransaction | undefined
}

/**
 * Finishes a sign-in: checks state, then errors, consumes the transaction, redeems the code, verifies the
 * ID token, and only then replaces the browser's session by a new one. Every other outcome leaves an
 * earlier session as it was, and leads on: to the page, to a new attempt, or to an explanation.
 */
export async function handleCallback(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: CallbackParameters,
): Promise<FastifyReply> {
  const state = context.transactions.openState(parameters.state)
  const transaction = state && context.transactions.find(request, state)
  const callback = { parameters, state, transaction, returnTo: state?.returnTo ?? fallback }
  try {
    if (!transaction || !(await consume(context, reply, transaction))) {
      return await withoutTransaction(context, request, reply, callback)
    }
    const failure = await checkCallback(context, parameters)
    if (failure && state.isSilent) return endSilently(request, reply, state, failure)
    if (failure) return failSignIn(context, request, reply, { failure, callback })
    const record = await redeemCode(context, request, transaction, parameters.code ?? '')
    return await finishSignIn(context, request, reply, { record, transaction, callback })
  } catch (error) {
    return await handleError(context, request, reply, { error, callback })
  }
}

/** @returns false if a callback with this transaction came before. @throws StoreError, and it is still valid */
async function consume(
  { transactions, oneTimeKeys }: AuthContext,
  reply: FastifyReply,
  transaction: OwnTransaction,
): Promise<boolean> {
  const key = transactions.consumedKey(transaction)
  const isFirst = await oneTimeKeys.consume(key, transactionMs)
  transactions.clear(reply, transaction)
  return isFirst
}

/**
 * The transaction is not in this browser, or was consumed: a callback that was loaded again, more tabs than
 * cookies, a link in another browser, or an attack. The code is never redeemed: only where the sealed state
 * leads to is used of it. A signed-in user goes there. Anyone else begins once more, as by a link to
 * /auth/sign-in, with a transaction of their own, so that an attacker's callback signs no one in as the
 * attacker (RFC 6749 §10.12).
 */
async function withoutTransaction(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  callback: Callback,
): Promise<FastifyReply> {
  const { parameters, state, transaction, returnTo } = callback
  if (await context.requestSessions.open(request)) return redirect303(reply, returnTo)
  if (state?.isSilent) return endSilently(request, reply, state, { check: 'transaction' })
  const isCurrent = state !== undefined && context.transactions.isCurrent(state)
  // Someone who pressed Cancel is not sent to Microsoft again.
  if (state && parameters.error !== undefined) {
    const failure = authorizeFailure(parameters.error, parameters.error_description)
    return failSignIn(context, request, reply, { failure, callback })
  }
  if (isCurrent && !state.isRestart) {
    const reason = transaction ? 'consumed' : 'no_transaction'
    countSignIn('restarted')
    request.log.info({ event: 'sign_in_restarted', reason }, 'A sign-in begins once more')
    const options = { returnTo, isRestart: true, replaces: transaction?.id } as const
    return startSignIn(context, request, reply, options)
  }
  // Two attempts, and no cookie of either came back: this browser stores none.
  const storesNone = isCurrent && !transaction && !context.transactions.hasCookie(request)
  const code = storesNone ? 'cookies_blocked' : 'expired'
  const failure = { code, check: 'transaction' } as const
  return failSignIn(context, request, reply, { failure, callback })
}

/** @returns what a new session starts with. @throws EntraError */
async function redeemCode(
  { entra, scopes: configured, now }: AuthContext,
  request: FastifyRequest,
  { verifier, nonce, claims, scopes: granted = [] }: OwnTransaction,
  code: string,
): Promise<SessionRecord> {
  // With what the user has just granted: the first call after it needs it.
  const scopes = withScopesOfSameApi(configured, granted)
  const answer = await entra.redeemCode({
    code,
    verifier,
    nonce,
    scopes,
    ...(claims && { claims }),
  })
  const verified = await entra.verify(answer.idToken, { nonce, accessToken: answer.accessToken })
  const at = now()
  const address = signInAddress(request)
  return {
    ...verified,
    receivedAt: at,
    tokens: [grantedToken(answer, scopes, at)],
    ...(answer.refreshToken && { refreshToken: answer.refreshToken }),
    startedAt: at,
    seenAt: at,
    device: deviceName(request.headers),
    ...(address && { address }),
  }
}

interface Finished {
  record: SessionRecord
  transaction: OwnTransaction
  callback: Callback
}

async function finishSignIn(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { record, transaction, callback }: Finished,
): Promise<FastifyReply> {
  const { requestSessions, sessions, setSessionCookie, transactions } = context
  const { automaticSignIn, userLogId } = context
  // The browser has gone: nobody would ever use the session, and it would stay in the user's list.
  if (isGone(reply)) return failSignIn(context, request, reply, { failure: gone, callback })
  // The old session ends first: an attacker who planted its cookie must not share the new one (CWE-384). A browser that
  // has not proven its device meanwhile ends nothing.
  const earlier = await requestSessions.openProven(request)
  if (earlier) await sessions.end(earlier.secrets.id)
  if (transaction.replaces) await sessions.endStartedBy(sessionKeyOf(transaction.replaces))
  const key = sessionKeyOf(transaction.id)
  const others = transactions.othersThan(request, transaction)
  const supersedes = others.map(({ id }) => deriveSecrets(sessionKeyOf(id)).id)
  const started = { ...record, ...(supersedes.length > 0 && { supersedes }) }
  setSessionCookie(reply, await sessions.start(started, key), record.startedAt)
  // While the store was written to. Nothing tells it any more.
  if (isGone(reply)) {
    endUndelivered(context, request, key)
    return failSignIn(context, request, reply, { failure: gone, callback })
  }
  context.device.clearProof(request, reply)
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) endUndelivered(context, request, key)
  })
  if (!callback.state?.isSilent) automaticSignIn.onSignIn(request, reply)
  countSignIn('signed_in')
  const userHash = userLogId(userKeyIn(record.claims))
  request.log.info({ event: 'sign_in', userHash }, 'Signed in')
  return redirect303(reply, callback.returnTo)
}

const gone = { code: 'expired', check: 'browser_gone' } as const

function isGone({ raw }: FastifyReply): boolean {
  return raw.destroyed || raw.socket?.destroyed === true
}

/** A session whose cookie never left this server is known to no browser. */
function endUndelivered({ sessions }: AuthContext, request: FastifyRequest, key: Buffer): void {
  request.log.info({ event: 'session_not_delivered' }, 'The browser left during its sign-in')
  sessions.endStartedBy(key).catch(() => sessions.endLaterStartedBy(key))
}

async function handleError(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { error, callback }: { error: unknown; callback: Callback },
): Promise<FastifyReply> {
  const { state, transaction, returnTo } = callback
  if (state?.isSilent) {
    request.log.error({ err: error, event: 'silent_sign_in_failed' }, 'A silent sign-in failed')
    return endSilently(request, reply, state, { code: causeOfError(error) })
  }
  if (error instanceof StoreError) {
    countSignIn('failed')
    request.log.error({ err: error, event: 'sign_in_failed', check: 'store' }, 'Sign-in failed')
    const sealed = context.failures.seal({ check: 'store' })
    const page = { code: 'app_unavailable', returnTo, failure: sealed } as const
    return sendUnavailable(request, reply, page)
  }
  if (transaction && !transaction.isStepUpRetry && needsStepUp(error)) {
    return retryWithStepUp(context, request, reply, { error, transaction, callback })
  }
  const check = failedCheckOf(error)
  request.log.error({ err: error, event: 'entra_failed' }, 'The exchange with Entra failed')
  if (timeChecks.has(check)) {
    const sentence = 'The token’s times do not fit this server’s clock: is the clock right (NTP)?'
    request.log.error({ event: 'clock', check }, sentence)
  }
  const { aadsts, correlationId, traceId } = error instanceof EntraError ? error : {}
  const failure = { code: causeOfError(error), check, aadsts, correlationId, traceId }
  return failSignIn(context, request, reply, { failure, callback })
}

/** The usual end is that Microsoft wants to show a page (OpenID Connect Core §3.1.2.6). No session changes. */
function endSilently(
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo }: SignInState,
  failure: Partial<SignInFailure>,
): FastifyReply {
  countSignIn('silent_ended')
  request.log.info({ event: 'silent_sign_in_ended', ...failure }, 'Not signed in silently')
  return redirect303(reply, returnTo)
}

function failSignIn(
  { failures }: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { failure, callback: { returnTo } }: { failure: SignInFailure; callback: Callback },
): FastifyReply {
  const advice = remedyFor(failure)
  const fields = { event: 'sign_in_refused', ...failure, ...(advice && { advice }) }
  countSignIn('refused')
  request.log.warn(fields, 'Sign-in refused')
  const { code, aadsts } = failure
  const page = { code, returnTo, aadsts, failure: failures.seal(failure) }
  return redirect303(reply, problemPage(request, page))
}

/** Whether Entra took the code and then wanted a stronger proof (conditional access). */
function needsStepUp(error: unknown): error is EntraError {
  return error instanceof EntraError && interactionFor(error) === 'step_up'
}

interface StepUp {
  error: EntraError
  transaction: OwnTransaction
  callback: Callback
}

/** Starts a second sign-in with the claims that Entra asked for, once. After that it is the user's turn. */
async function retryWithStepUp(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { error, transaction, callback: { returnTo, state } }: StepUp,
): Promise<FastifyReply> {
  const { aadsts, traceId, correlationId } = error
  const fields = { event: 'step_up', aadsts, traceId, correlationId }
  countSignIn('step_up')
  request.log.info(fields, 'Entra asks for another proof')
  const claims = parseClaimsRequest(error.claims) ?? transaction.claims
  const { isRestart } = state ?? {}
  try {
    const { scopes } = transaction
    const options = { returnTo, claims, scopes, isStepUpRetry: true, isRestart } as const
    return await startSignIn(context, request, reply, options)
  } catch (cause) {
    return sendNotStarted(context, request, reply, { error: cause, returnTo })
  }
}

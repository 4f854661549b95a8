/** `GET /auth/redirect`: Entra sends the browser back here, with a code or an error (RFC 6749 §4.1.2). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
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
import type { SessionRecord } from '../session/record.ts'
import { grantedToken } from '../session/token-set.ts'
import { StoreError } from '../store/store.ts'
import type { AuthContext } from './context.ts'
import { deviceName } from './device-name.ts'
import { problemPage, redirect303, sendUnavailable } from './redirects.ts'
import { startSignIn } from './sign-in.ts'
import { stateMadeAt, type Transaction, transactionMs } from './transaction.ts'

/** Longer than any authorization code: Entra's have about 1.5 kB. */
const Parameter = Type.Optional(Type.String({ maxLength: 8192 }))

/** The parameters that this app reads, each at most once. Entra sends a few others. */
export const CallbackQuery = Type.Object(
  {
    code: Parameter,
    state: Parameter,
    error: Parameter,
    error_description: Parameter,
    iss: Parameter,
  },
  { maxProperties: 32 },
)

type CallbackParameters = Static<typeof CallbackQuery>

/** If a fresh token fails one of these, its times are wrong, or this server's clock is. */
const timeChecks = new Set(['exp', 'iat', 'nbf'])

/** Why a sign-in ends without a session: a code for the page, and the failed check for the log. */
interface SignInFailure {
  code: SignInProblemCode
  check: string
  aadsts?: number | undefined
}

/**
 * Finishes a sign-in: checks state, then errors, consumes the transaction, redeems the code, verifies the
 * ID token, and only then replaces the browser's session by a new one. Every other outcome leaves an
 * earlier session as it was, and shows a page.
 */
export async function handleCallback(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: CallbackParameters,
): Promise<FastifyReply> {
  let transaction: Transaction | undefined
  try {
    transaction = findTransaction(context, request, parameters.state)
    if (!transaction || !(await consume(context, reply, transaction))) {
      return await withoutTransaction(context, request, reply, parameters.state)
    }
    const failure = await checkCallback(context, parameters)
    if (failure && transaction.isSilent) return endSilently(request, reply, transaction, failure)
    if (failure) return failSignIn(request, reply, failure)
    const record = await redeemCode(context, request, transaction, parameters.code ?? '')
    return await finishSignIn(context, request, reply, { record, transaction })
  } catch (error) {
    return await handleError(context, request, reply, { error, transaction })
  }
}

function findTransaction(context: AuthContext, request: FastifyRequest, state: string | undefined) {
  if (!state) return undefined
  const transaction = context.transactions.find(request, state)
  return transaction && timingSafeEqualText(state, transaction.state) ? transaction : undefined
}

/** @returns false if a callback with this transaction came before */
async function consume(
  { transactions, oneTimeKeys }: AuthContext,
  reply: FastifyReply,
  transaction: Transaction,
): Promise<boolean> {
  transactions.clear(reply, transaction.state)
  return oneTimeKeys.consume(transactions.consumedKey(transaction), transactionMs)
}

/**
 * This browser did not start the sign-in, or it is over. A signed-in user who loads the callback again, or
 * goes back to it, lands in the app.
 */
async function withoutTransaction(
  { requestSessions, now }: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  state: string | undefined,
): Promise<FastifyReply> {
  if (await requestSessions.open(request)) return redirect303(reply, '/')
  const madeAt = stateMadeAt(state ?? '')
  const isRecent = madeAt !== undefined && Math.abs(now() - madeAt) < transactionMs
  // If it started a moment ago and no cookie came back, this browser stores none.
  const code = isRecent && !request.headers.cookie ? 'cookies_blocked' : 'expired'
  return failSignIn(request, reply, { code, check: 'transaction' })
}

async function checkCallback(
  { entra }: AuthContext,
  { code, error, error_description: description, iss }: CallbackParameters,
): Promise<SignInFailure | undefined> {
  const metadata = await entra.discovery.metadata()
  // RFC 9207: the server that answers must be the one that was asked. Entra itself may leave `iss` out.
  const isRequired = metadata.authorization_response_iss_parameter_supported === true
  if (iss === undefined ? isRequired : !matchesIssuer(iss, metadata.issuer)) {
    return { code: 'failed', check: 'iss_parameter' }
  }
  if (error !== undefined) {
    const aadsts = aadstsNumber(description)
    return { code: causeOf(error, aadsts), check: 'authorize_error', ...(aadsts && { aadsts }) }
  }
  return code ? undefined : { code: 'failed', check: 'code_missing' }
}

/** If the issuer in the metadata holds the template `{tenantid}`, the issuer of every tenant matches. */
export function matchesIssuer(iss: string | undefined, issuer: string): boolean {
  const [before = '', after] = issuer.split('{tenantid}')
  if (after === undefined) return iss === issuer
  const tenant = iss?.slice(before.length, iss.length - after.length)
  return iss === `${before}${tenant ?? ''}${after}` && /^[0-9a-f-]{36}$/i.test(tenant ?? '')
}

/** @returns what a new session starts with. @throws EntraError */
async function redeemCode(
  { entra, scopes, now }: AuthContext,
  { headers }: FastifyRequest,
  { verifier, nonce, claims }: Transaction,
  code: string,
): Promise<SessionRecord> {
  const answer = await entra.redeemCode({
    code,
    verifier,
    nonce,
    scopes,
    ...(claims && { claims }),
  })
  const verified = await entra.verify(answer.idToken, { nonce, accessToken: answer.accessToken })
  const at = now()
  return {
    ...verified,
    receivedAt: at,
    tokens: [grantedToken(answer, scopes, at)],
    ...(answer.refreshToken && { refreshToken: answer.refreshToken }),
    startedAt: at,
    seenAt: at,
    device: deviceName(headers),
  }
}

async function finishSignIn(
  { requestSessions, sessions, setSessionCookie, automaticSignIn, userLogId }: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { record, transaction }: { record: SessionRecord; transaction: Transaction },
): Promise<FastifyReply> {
  // The old session ends first: an attacker who planted its cookie must not share the new one (CWE-384).
  const earlier = await requestSessions.open(request)
  if (earlier) await sessions.end(earlier.secrets.id)
  setSessionCookie(reply, await sessions.start(record), record.startedAt)
  if (!transaction.isSilent) automaticSignIn.onSignIn(request, reply)
  request.log.info({ event: 'sign_in', userHash: userLogId(record.claims) }, 'Signed in')
  return redirect303(reply, transaction.returnTo)
}

async function handleError(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { error, transaction }: { error: unknown; transaction: Transaction | undefined },
): Promise<FastifyReply> {
  if (transaction?.isSilent) {
    request.log.error({ err: error }, 'A silent sign-in failed')
    return endSilently(request, reply, transaction, { code: causeOfError(error) })
  }
  if (error instanceof StoreError) {
    request.log.error({ err: error, event: 'sign_in_failed', check: 'store' }, 'Sign-in failed')
    return sendUnavailable(request, reply)
  }
  if (transaction && !transaction.isStepUpRetry && needsStepUp(error)) {
    return retryWithStepUp(context, request, reply, { error, transaction })
  }
  const cause = error instanceof EntraError ? error : undefined
  const check = cause?.check ?? cause?.code ?? 'unexpected'
  request.log.error({ err: error }, 'The exchange with Entra failed')
  if (timeChecks.has(check)) {
    const sentence = 'The token’s times do not fit this server’s clock: is the clock right (NTP)?'
    request.log.error({ event: 'clock', check }, sentence)
  }
  return failSignIn(request, reply, {
    code: causeOfError(error),
    check,
    ...(cause?.aadsts && { aadsts: cause.aadsts }),
  })
}

/** The usual end is that Microsoft wants to show a page (OpenID Connect Core §3.1.2.6). No session changes. */
function endSilently(
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo }: Transaction,
  failure: Partial<SignInFailure>,
): FastifyReply {
  request.log.info({ event: 'silent_sign_in_ended', ...failure }, 'Not signed in silently')
  return redirect303(reply, returnTo)
}

function failSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: SignInFailure,
): FastifyReply {
  const advice = remedyFor(failure)
  const fields = { event: 'sign_in_refused', ...failure, ...(advice && { advice }) }
  request.log.warn(fields, 'Sign-in refused')
  return redirect303(reply, problemPage(request, failure.code, failure.aadsts))
}

/** Whether Entra took the code and then wanted a stronger proof (conditional access). */
function needsStepUp(error: unknown): error is EntraError {
  return error instanceof EntraError && interactionFor(error) === 'step_up'
}

/** Starts a second sign-in with the claims that Entra asked for, once. After that it is the user's turn. */
async function retryWithStepUp(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { error, transaction }: { error: EntraError; transaction: Transaction },
): Promise<FastifyReply> {
  request.log.info({ event: 'step_up', aadsts: error.aadsts }, 'Entra asks for another proof')
  const { returnTo } = transaction
  const claims = parseClaimsRequest(error.claims) ?? transaction.claims
  try {
    return await startSignIn(context, request, reply, { returnTo, claims, isStepUpRetry: true })
  } catch (cause) {
    request.log.error({ err: cause, event: 'sign_in_not_started' }, 'A sign-in could not start')
    return sendUnavailable(request, reply)
  }
}

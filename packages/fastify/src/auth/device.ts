/**
 * Binds a session to a key of its device, and takes proofs of the key (W3C Device Bound Session Credentials). Only the
 * browser itself asks here. It keeps a session's key if the answer is 403 with a challenge, or 5xx; after any
 * other refusal it forgets the key, so the limits of other routes do not hold here.
 *
 * https://w3c.github.io/webappsec-dbsc/
 */
import { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { auth } from '@gatehouse/contract/paths'
import type { BoundSession } from '../device/binding.ts'
import { doctorChallenge, doctorSession, readSessionId } from '../device/headers.ts'
import { DeviceProofError, readRegistrationProof, thumbprintOf } from '../device/proof.ts'
import { ProblemError, signInRequired } from '../errors.ts'
import type { Session } from '../session/cache.ts'
import { StoreError } from '../store/store.ts'
import type { AuthContext } from './context.ts'
import { storeErrorAsProblem } from './request.ts'

const byDevice = { config: { allowFrom: 'device' } } as const

export function deviceRoutes(app: FastifyInstance, context: AuthContext): void {
  const { device } = context
  if (!device.isOffered) return
  void app.register(async (scope) => {
    // Bodies are empty and never read: what a proxy made of the request has to be no reason to refuse it.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, body, done) => {
      body.resume()
      done(null)
    })
    const limited = { ...byDevice, onRequest: scope.limitDeviceByAddress }
    scope.post(auth.device, limited, (request, reply) =>
      storeErrorAsProblem(register(context, request, reply)),
    )
    scope.post(auth.deviceRefresh, byDevice, (request, reply) =>
      storeErrorAsProblem(refresh(context, request, reply)),
    )
  })
}

/**
 * Offers a browser to bind its session, if that has just begun. Browsers that cannot do so ignore the header.
 *
 * @returns whether a request for the session would offer it, also if this one has no connection: an answer that a page
 * brings with it comes without its headers
 */
export function offerBinding(
  { device }: AuthContext,
  { raw }: FastifyRequest,
  reply: FastifyReply,
  session: Session,
): boolean {
  if (!device.isBindable(session)) return false
  if (!(raw.socket instanceof Socket)) return true
  const offer = device.offerTo(session)
  if (offer !== undefined) reply.header('secure-session-registration', offer)
  return offer !== undefined
}

/**
 * `POST /auth/device`: one key for a session, soon after its start.
 *
 * @throws ProblemError `sign_in_required`; `conflict` if it has a key already; `invalid_request` if it is too late, or
 * for a proof that is not of this session. StoreError
 */
async function register(context: AuthContext, request: FastifyRequest, reply: FastifyReply) {
  const { device, requestSessions, sessions, userLogId } = context
  const session = await requestSessions.open(request)
  if (!session) throw signInRequired()
  if (session.boundKey) throw refusedRegistration(request, 'bound_already')
  if (!device.isBindable(session)) throw refusedRegistration(request, 'too_late')
  const proof = await readRegistrationProof(request.headers['secure-session-response']).catch(
    (error: unknown) => {
      throw error instanceof DeviceProofError ? refusedRegistration(request, error.reason) : error
    },
  )
  const { id } = session.secrets
  const { challenge, authorization, key, thumbprint } = proof
  const opened = device.openChallenge(challenge, { session: id, use: 'registration' })
  if (!opened) throw refusedRegistration(request, 'wrong_challenge')
  if (opened.authorization !== authorization) throw refusedRegistration(request, 'wrong_claims')
  if (!(await device.consume(challenge))) throw refusedRegistration(request, 'used_challenge')
  const boundKey = { thumbprint, at: context.now() }
  // Whoever writes first has the session: another key never replaces one.
  const written = await sessions.update(session, (record) => ({ boundKey, ...record }))
  if (!written) throw signInRequired()
  if (written.boundKey?.thumbprint !== thumbprint) {
    throw refusedRegistration(request, 'bound_already')
  }
  const fields = { event: 'session_bound', userHash: userLogId(session.user) }
  request.log.info(fields, 'A session is bound to its device')
  device.setProof(reply, id, thumbprint)
  return reply.send(device.instructionsFor(id, key))
}

function refusedRegistration(request: FastifyRequest, reason: string): ProblemError {
  const fields = { event: 'device_registration_refused', reason }
  request.log.warn(fields, 'A key of a device was refused')
  return reason === 'bound_already'
    ? new ProblemError('conflict', 'This session is bound to a device already.')
    : new ProblemError('invalid_request', 'This session cannot be bound to that key.')
}

/**
 * `POST /auth/device/refresh`: a new proof of the session's key. It asks the store and never Entra. The session's own
 * cookie may be missing: browsers leave it out if another site began the request that waits.
 *
 * @returns 204 with the cookie and the next challenge; 403 with a challenge if there is no proof, or one that does not
 * count. @throws ProblemError `device_proof_required` (401) if the session is over. StoreError
 */
async function refresh(context: AuthContext, request: FastifyRequest, reply: FastifyReply) {
  const { device } = context
  const name = readSessionId(request.headers['sec-secure-session-id'])
  if (name === undefined) {
    throw new ProblemError('invalid_request', 'The request names no session that is bound.')
  }
  if (name === doctorSession) return answerDoctor(request, reply)
  const bound = device.sessionNamed(name)
  if (!bound) throw refusedRefresh(request, 'unknown_session')
  try {
    return await refreshBound(context, request, reply, bound)
  } catch (error) {
    if (error instanceof StoreError) device.noteStoreFailure(bound)
    throw error
  }
}

async function refreshBound(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  bound: BoundSession,
) {
  const { device, requestSessions, store } = context
  const waitS = device.refreshWaitS(bound, requestSessions.idOf(request) === bound.id)
  if (waitS > 0) throw tooManyRefreshes(request, waitS)
  const session = await requestSessions.open(request)
  if (session && session.secrets.id !== bound.id) throw refusedRefresh(request, 'other_session')
  if (!session && !(await store.sessions.read(bound.id))) throw refusedRefresh(request, 'ended')
  const header = request.headers['secure-session-response']
  if (header === undefined) return askForProof(context, reply, bound)
  const reason = await device.whyNotProven(header, bound, session !== undefined)
  if (reason === 'another_key' && session) {
    // Its cookie and its challenge are in other hands than its key.
    await requestSessions.reportTheft(request, session, { reason, ends: true })
    throw new ProblemError('device_proof_required', 'This session was ended.')
  }
  if (reason !== undefined) {
    request.log.warn({ event: 'device_proof_refused', reason }, 'A proof of a device was refused')
    return askForProof(context, reply, bound)
  }
  device.setProof(reply, bound.id, await thumbprintOf(bound.key))
  return reply.header('secure-session-challenge', device.challengeTo(bound)).code(204).send()
}

/**
 * The doctor asks whether a proxy takes headers away, so it sends both that a refresh has, and gets both that answers
 * have. Nothing is opened, and no store is asked. No browser reads the offer: it keeps no session of that name.
 */
function answerDoctor(request: FastifyRequest, reply: FastifyReply): never {
  if (request.headers['secure-session-response'] === undefined) {
    throw new ProblemError('invalid_request', 'The request has no proof.')
  }
  reply.header('secure-session-challenge', doctorChallenge)
  reply.header('secure-session-registration', doctorSession)
  throw new ProblemError('device_proof_required', 'The doctor was here.', { status: 403 })
}

/** 503 and not 429, after which a browser forgets the key. */
function tooManyRefreshes({ log }: FastifyRequest, retryAfterS: number): ProblemError {
  log.warn({ event: 'rate_limited', by: 'device' }, 'Too many refreshes of a session')
  const detail = 'Too many refreshes of this session. Try again in a moment.'
  return new ProblemError('unavailable', detail, { retryAfterS })
}

/** The one refusal after which the browser keeps the key, and tries again. */
function askForProof({ device }: AuthContext, reply: FastifyReply, bound: BoundSession): never {
  reply.header('secure-session-challenge', device.challengeTo(bound))
  throw new ProblemError('device_proof_required', 'Prove the key of this session.', { status: 403 })
}

function refusedRefresh(request: FastifyRequest, reason: string): ProblemError {
  request.log.info({ event: 'device_refresh_refused', reason }, 'A bound session is over')
  return new ProblemError('device_proof_required', 'There is no such session any more.')
}

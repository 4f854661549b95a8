/** A second sign-in by itself: Entra took the code, and then wanted another proof of who it is. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EntraError, interactionFor, usableClaims } from '../entra/index.ts'
import { beginSignIn } from './begin.ts'
import type { FlowContext } from './context.ts'
import { unavailable } from './page.ts'
import type { Transaction } from './transaction.ts'

/** Whether an exchange failed for want of a stronger proof (conditional access). */
export function wantsMore(error: unknown): error is EntraError {
  return error instanceof EntraError && interactionFor(error) === 'step_up'
}

/** Back to Entra with what it asked for, once; a second time is for the person to decide. */
export async function again(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo, claims }: Transaction,
  error: EntraError,
): Promise<FastifyReply> {
  request.log.info({ event: 'step_up', aadsts: error.aadsts }, 'Entra asks for another proof')
  const asked = usableClaims(error.claims) ?? claims
  try {
    return await beginSignIn(flow, request, reply, { returnTo, claims: asked, again: true })
  } catch (cause) {
    request.log.error({ err: cause, event: 'sign_in_not_started' }, 'A sign-in could not start')
    return unavailable(request, reply)
  }
}

import { Type, type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ProblemError } from '../../problem.ts'
import { tryLater } from '../session/refusals.ts'
import { StoreError } from '../store/store.ts'
import type { FlowContext } from './context.ts'
import { matchesIssuer } from './redirect.ts'

/**
 * Entra's session ids are GUIDs; whatever else is asked for is refused before the store is. Other
 * parameters are Entra's to add: they are not read.
 */
export const FrontChannelQuery = Type.Object(
  {
    sid: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
    iss: Type.Optional(Type.String({ maxLength: 300 })),
  },
  { maxProperties: 32 },
)

/**
 * `GET /auth/front-channel-logout` (OpenID Connect Front-Channel Logout §3): Entra loads it in a
 * frame when the person signs out there. It ends exactly the sessions of that Entra session. No
 * cookie comes along: SameSite keeps it out of frames of other sites.
 *
 * Entra names no issuer; a call that names one must name ours (§2). The answer is the same whether
 * there was such a session or not.
 *
 * @throws ProblemError `invalid_request` for another issuer, `unavailable` if ours is not known
 */
export async function frontChannelLogout(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { sid, iss } = request.query as Static<typeof FrontChannelQuery>
  if (iss !== undefined && !matchesIssuer(iss, await issuerOf(flow))) {
    throw new ProblemError('invalid_request', 'This call names another issuer.')
  }
  const count = await endEntraSession(flow, sid)
  if (count > 0)
    request.log.info({ event: 'front_channel_logout', count }, 'Sessions ended by Entra')
  return reply
    .header('content-security-policy', `default-src 'none'; frame-ancestors ${flow.authority}`)
    .header('cross-origin-resource-policy', 'cross-origin')
    .type('text/html; charset=utf-8')
    .send('')
}

/** Entra calls once, and does not look at the answer: what the store cannot be told now, it is told later. */
async function endEntraSession({ ends, sessions }: FlowContext, sid: string): Promise<number> {
  const end = () => ends.endEntraSession(sid)
  try {
    return await end()
  } catch (error) {
    if (error instanceof StoreError) sessions.finishLater(`entra-session ${sid}`, end)
    throw error
  }
}

async function issuerOf({ entra }: FlowContext): Promise<string> {
  const metadata = await entra.discovery.metadata().catch((error: unknown) => {
    throw tryLater(error)
  })
  return metadata.issuer
}

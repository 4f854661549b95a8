/** The addresses of the flow, one verb each, and the two of `/api/session`. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { api, auth } from '@gatehouse/contract/paths'
import { Session as SessionSchema } from '@gatehouse/contract/session'
import { orUnavailable } from './request.ts'
import { cookieNames, sessionCookie } from '../session/cookie.ts'
import { ProblemError, signInRequired, unavailable } from '../errors.ts'
import type { Session } from '../session/sessions.ts'
import { sessionStatus } from '../session/summary.ts'
import type { FlowContext } from './context.ts'
import { invalidLink, signIn, SignInQuery } from './sign-in.ts'
import { matchesIssuer, redirect, RedirectQuery } from './callback.ts'
import { signOut } from './sign-out.ts'
import { StoreError } from '../store/store.ts'

const byNavigation = { config: { allowFrom: 'navigation' } } as const
const byAnyone = { config: { allowFrom: 'anyone' } } as const
const statusSchema = { schema: { response: { 200: SessionSchema } } }

export async function flowRoutes(app: FastifyInstance, flow: FlowContext): Promise<void> {
  const { sessions, lifetimes, now } = flow
  const limited = { onRequest: app.limitByAddress }

  const status = (session: Session | undefined) =>
    sessionStatus(session, flow.localTenant, lifetimes, now())

  app.get(
    auth.signIn,
    {
      ...byNavigation,
      ...limited,
      schema: { querystring: SignInQuery },
      errorHandler: pageForInvalidQuery('invalid_link'),
    },
    (request, reply) => signIn(flow, request, reply),
  )
  app.get(
    auth.redirect,
    {
      ...byNavigation,
      ...limited,
      schema: { querystring: RedirectQuery },
      errorHandler: pageForInvalidQuery('failed'),
    },
    (request, reply) => redirect(flow, request, reply),
  )
  app.get(
    auth.frontChannelLogout,
    { ...byAnyone, ...limited, schema: { querystring: FrontChannelQuery } },
    (request, reply) => orUnavailable(frontChannelLogout(flow, request, reply)),
  )
  app.post(
    auth.signOut,
    { schema: { response: { 200: Type.Object({ location: Type.String() }) } } },
    (request, reply) => orUnavailable(signOut(flow, request, reply)),
  )

  app.get(api.session, statusSchema, async (request, reply) => {
    const session = await orUnavailable(flow.openWithinLimit(request))
    // A cookie that opens nothing goes, here and not on every 401: a late one must not take the
    // cookie of a newer sign-in along.
    const name = flow.jar.name(sessionCookie)
    if (!session && cookieNames(request.headers.cookie, name).includes(name)) {
      flow.jar.clear(reply, sessionCookie)
    }
    return status(session)
  })
  app.post(api.extendSession, statusSchema, async (request) => {
    const session = await orUnavailable(flow.openWithinLimit(request))
    if (!session) throw signInRequired()
    const extended = await orUnavailable(sessions.extend(session))
    if (!extended) throw signInRequired()
    return status(session)
  })
}

/** A person is at the other end of a navigation: a query that is refused gets a page, not JSON. */
function pageForInvalidQuery(code: 'invalid_link' | 'failed') {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (!error.validation) throw error
    // The message names the parameter and the rule, never the value that came.
    const fields = { event: 'sign_in_link_refused', rule: error.message }
    request.log.warn(fields, 'A sign-in link was refused')
    void invalidLink(request, reply, code)
  }
}

/**
 * Entra's session ids are GUIDs; whatever else is asked for is refused before the store is. Other
 * parameters are Entra's to add: they are not read.
 */
const FrontChannelQuery = Type.Object(
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
async function frontChannelLogout(
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
    throw unavailable(error)
  })
  return metadata.issuer
}

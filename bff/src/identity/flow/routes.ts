/** The addresses of the flow, one verb each, and the two of `/api/session`. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { api, auth } from '@gatehouse/shared/paths'
import { Session as SessionSchema } from '@gatehouse/shared/session'
import { orUnavailable } from '../request.ts'
import { cookieNames, sessionCookie } from '../session/cookies.ts'
import { signInRequired } from '../session/refusals.ts'
import type { Session } from '../session/sessions.ts'
import { sessionStatus } from '../session/status.ts'
import type { FlowContext } from './context.ts'
import { frontChannelLogout, FrontChannelQuery } from './front-channel-logout.ts'
import { invalidLink } from './page.ts'
import { redirect, RedirectQuery } from './redirect.ts'
import { signIn, SignInQuery } from './sign-in.ts'
import { signOut } from './sign-out.ts'

const byNavigation = { config: { reachedBy: 'navigation' } } as const
const byAnyone = { config: { reachedBy: 'anyone' } } as const
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

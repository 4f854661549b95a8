/** What a route may require of the user beyond being signed in: route options for app developers. */
import './request.ts'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { acrsClaimsRequest } from '../entra/index.ts'
import { ProblemError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * For users with one of these app roles: `{ onRequest: app.requireRole('Directory.Reader') }`.
     * Others get 403 `forbidden`.
     */
    requireRole(...anyOf: string[]): onRequestAsyncHookHandler
    /**
     * For users who granted these permissions, or whose administrator did. Others get 401
     * `interaction_required` with the reason `consent`, and come back with them. `callApi` then sends
     * tokens that have them.
     */
    requireScopes(...scopes: string[]): onRequestAsyncHookHandler
    /**
     * For users who satisfied this authentication context of the tenant's conditional access, such as
     * `c1`. Others get 401 `interaction_required` with the reason `step_up`.
     * https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
     */
    requireStepUp(authenticationContext: string): onRequestAsyncHookHandler
    /** What `requireRole` was called with, for the doctor. */
    requiredRoles: RequiredRoles
  }

  interface FastifyRequest {
    /** The permissions of the route's `requireScopes`. */
    requiredScopes: readonly string[] | undefined
  }
}

/** The app roles that routes require. */
export interface RequiredRoles {
  readonly names: Set<string>
  /** Whether a user was refused whose token had no role at all. */
  refusedWithoutAny: boolean
}

/** Each of them works behind `requireSignIn`. None is a check on its own. */
export function decorateRequirements(app: FastifyInstance, appRoles: readonly string[]): void {
  const required: RequiredRoles = { names: new Set(), refusedWithoutAny: false }
  app.decorate('requiredRoles', required)
  app.decorate('requireRole', (...anyOf: string[]) => {
    if (anyOf.length === 0) throw new Error('requireRole needs the name of a role')
    warnOfUnknownRoles(app, appRoles, anyOf)
    for (const role of anyOf) required.names.add(role)
    return async ({ user, log }: FastifyRequest) => {
      if (anyOf.some((role) => user.roles.includes(role))) return
      const hasNoRoles = user.roles.length === 0
      if (hasNoRoles) required.refusedWithoutAny = true
      const fields = { event: 'role_missing', roles: anyOf, hasNoRoles }
      log.warn(fields, 'A user without the role: is it assigned under Enterprise applications?')
      const detail = `This needs the role ${anyOf.join(' or ')}.`
      throw new ProblemError('forbidden', detail, { roles: anyOf })
    }
  })

  app.decorateRequest('requiredScopes', undefined)
  app.decorate('requireScopes', (...scopes: string[]) => {
    if (scopes.length === 0) throw new Error('requireScopes needs the name of a permission')
    return async (request: FastifyRequest) => {
      await request.accessToken(scopes)
      request.requiredScopes = [...(request.requiredScopes ?? []), ...scopes]
    }
  })

  app.decorate('requireStepUp', (authenticationContext: string) => {
    if (!/^c\d{1,2}$/.test(authenticationContext)) {
      throw new Error('requireStepUp needs an authentication context, c1 to c99')
    }
    return async (request: FastifyRequest) => {
      if (request.user.authenticationContexts.includes(authenticationContext)) return
      throw await request.interactionRequired({
        reason: 'step_up',
        claims: acrsClaimsRequest(authenticationContext),
      })
    }
  })
}

/** Without its role, a route is closed to everyone, and nobody sees why. */
function warnOfUnknownRoles(
  app: FastifyInstance,
  appRoles: readonly string[],
  anyOf: readonly string[],
): void {
  const unknown = anyOf.filter((role) => !appRoles.includes(role))
  if (unknown.length === 0) return
  const fields = { event: 'role_not_listed', key: 'appRoles', roles: unknown }
  app.log.warn(
    fields,
    'A route requires a role that appRoles does not list, so register does not make it',
  )
}

/** `/_tenant/policies`, `/_tenant/consents` and `/_tenant/revoke`: what administrators decide, and what ends tokens. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoints, type Endpoint } from '../../endpoint.ts'
import { endSessions } from '../../entra/authorize/accounts.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done } from '../answer.ts'
import { bodyOf } from '../validation.ts'
import { requireUser } from './users.ts'

const only = { additionalProperties: false, description: 'an object' } as const

const Context = Type.Union([Type.String({ pattern: '^c\\d{1,2}$' }), Type.Null()], {
  description: 'an authentication context such as c1, or null',
})

const policies = {
  adminConsentOnly: Type.Boolean({ description: 'true or false: only administrators can consent' }),
  secretsExpired: Type.Boolean({
    description: 'true or false: the secrets of clients have expired',
  }),
  guestsRestricted: Type.Boolean({ description: 'true or false: guests may read only themselves' }),
  newApplicationsHiddenFor: Type.Integer({
    minimum: 0,
    maximum: 1_000,
    description: 'a number of requests for which Graph does not show a new application',
  }),
  authenticationContexts: Type.Partial(
    Type.Object(
      Object.fromEntries(endpoints.map((endpoint) => [endpoint, Context])) as Record<
        Endpoint,
        typeof Context
      >,
    ),
    only,
  ),
}

const Policies = Type.Object(policies, only)
const Change = Type.Partial(Policies, only)

const Consent = Type.Object(
  {
    client: Type.String({ description: 'the id of a client' }),
    user: Type.Union([Type.String(), Type.Null()], {
      description: 'a user name, or null for all users',
    }),
    scopes: Type.Array(Type.String({ maxLength: 300 }), {
      maxItems: 200,
      description: 'a list of permissions; an empty one withdraws',
    }),
  },
  only,
)

const Revocation = Type.Object(
  {
    user: Type.Optional(Type.String({ description: 'an id or name; without one, all users' })),
    accessTokensOnly: Type.Optional(
      Type.Boolean({
        description: 'true or false: refresh tokens and sessions in browsers stay good',
      }),
    ),
  },
  only,
)

const tags = ['policies']

const documented = (summary: string) => ({
  documented: { summary, tags, answer: { schema: Policies } },
})

export function policyRoutes(app: FastifyInstance, tenant: TenantState): void {
  const state = () => {
    const { authenticationContexts, ...flags } = tenant.policies
    return {
      adminConsentOnly: flags.adminConsentOnly,
      secretsExpired: flags.secretsExpired,
      guestsRestricted: flags.guestsRestricted,
      newApplicationsHiddenFor: flags.newApplicationsHiddenFor,
      authenticationContexts: Object.fromEntries(authenticationContexts),
    }
  }
  app.get('/policies', { config: documented('What administrators have decided') }, async () =>
    state(),
  )
  app.patch(
    '/policies',
    { config: documented('Changes a policy'), schema: { body: Change } },
    async (request) => {
      const { authenticationContexts = {}, ...flags } = bodyOf(Change, request)
      Object.assign(tenant.policies, flags)
      for (const [at, context] of Object.entries(authenticationContexts)) {
        tenant.policies.requireContext(at as Endpoint, context ?? undefined)
      }
      return state()
    },
  )
  consentRoutes(app, tenant)
  app.post(
    '/revoke',
    {
      config: {
        documented: {
          summary: 'Ends tokens, and sessions in browsers',
          tags,
          errors: ['unknown_user'],
        },
      },
      schema: { body: Revocation },
    },
    async (request, reply) => {
      const { user, accessTokensOnly } = bodyOf(Revocation, request)
      const id = user === undefined ? undefined : requireUser(tenant, user).id
      if (accessTokensOnly) tenant.directory.revokeTokens(id)
      else endSessions(tenant, id)
      return done(request, reply, '/directory')
    },
  )
}

function consentRoutes(app: FastifyInstance, tenant: TenantState): void {
  const list = {
    summary: 'What users have consented to',
    tags,
    answer: { schema: Type.Object({ consents: Type.Array(Consent) }) },
  }
  app.get('/consents', { config: { documented: list } }, async () => ({
    consents: tenant.consents.list().map(({ clientId, userId, scopes }) => ({
      client: clientId,
      user:
        userId === undefined ? null : (tenant.directory.byId(userId)?.userPrincipalName ?? userId),
      scopes,
    })),
  }))
  app.put(
    '/consents',
    {
      config: { documented: { summary: 'Replaces a consent', tags, errors: ['unknown_user'] } },
      schema: { body: Consent },
    },
    async (request, reply) => {
      const { client, user, scopes } = bodyOf(Consent, request)
      const userId = user === null ? undefined : requireUser(tenant, user).id
      const clientId = tenant.registry.entry(client)?.application.appId ?? client.toLowerCase()
      // It may be an application of another tenant.
      tenant.registry.admit(clientId)
      tenant.consents.set({ clientId, userId, scopes })
      return done(request, reply)
    },
  )
  app.delete(
    '/consents',
    { config: { documented: { summary: 'Withdraws every consent', tags } } },
    async (request, reply) => {
      tenant.consents.withdraw()
      return done(request, reply)
    },
  )
}

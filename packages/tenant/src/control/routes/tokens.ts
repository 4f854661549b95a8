/** `/_tenant/tokens`: tokens for the unit tests of an API, signed by the tenant's key, or wrong in one way. */

import type { FastifyInstance } from 'fastify'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { Type, type Static } from 'typebox'
import { closeNames } from '../../config/close-names.ts'
import { idTokenVariants, type IdTokenVariant } from '../../faults/id-token.ts'
import type { Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { forgeToken } from '../../tokens/forged-token.ts'
import { ControlError } from '../errors.ts'
import { bodyOf } from '../validation.ts'
import { requireUser } from './users.ts'

const Members = (description: string) =>
  Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { description }))

const Request = Type.Object(
  {
    type: Type.Optional(
      Type.Union([Type.Literal('access_token'), Type.Literal('id_token')], {
        description: '"access_token" or "id_token"',
      }),
    ),
    user: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'a user name or id, or null for a token of no user; default: the first user',
      }),
    ),
    client: Type.Optional(
      Type.String({ description: 'the id or name of a client; default: the first one' }),
    ),
    appOnly: Type.Optional(
      Type.Boolean({
        description: 'true or false: true for a token of the client itself, without a user',
      }),
    ),
    audience: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description:
          'the name of the API that it is for, of this tenant or any other; default: Graph',
      }),
    ),
    version: Type.Optional(
      Type.Union([Type.Literal(1), Type.Literal(2)], {
        description: '1 or 2: the form of a token for an API; default: what the API asks for',
      }),
    ),
    roles: Type.Optional(
      Type.Array(Type.String({ maxLength: 300 }), {
        maxItems: 200,
        description: 'a list of app roles; default: those that user or client have',
      }),
    ),
    scopes: Type.Optional(
      Type.Array(Type.String({ maxLength: 300 }), {
        maxItems: 200,
        description: 'a list of scopes; default: openid, profile and User.Read, of an API none',
      }),
    ),
    claims: Members('claims to add or replace; null removes one'),
    header: Members('members of the header to add or replace; null removes one'),
    expiresIn: Type.Optional(
      Type.Integer({
        minimum: -1e9,
        maximum: 1e9,
        description: 'a number of seconds; a negative one makes an expired token',
      }),
    ),
    variant: Type.Optional(
      Type.String({
        description: 'what is wrong with it, such as bad-signature, foreign-key or alg-none',
      }),
    ),
  },
  { additionalProperties: false, description: 'an object' },
)

const Answer = Type.Object({
  token: Type.Union([Type.String(), Type.Null()]),
  header: Type.Union([Type.Object({}), Type.Null()], { description: 'null: it is no token' }),
  claims: Type.Union([Type.Object({}), Type.Null()], { description: 'null: it is no token' }),
})

const documented = {
  summary: 'Makes a token that no sign-in made',
  tags: ['tokens'],
  errors: ['unknown_user', 'unknown_client'],
  answer: { schema: Answer },
} as const

const defaultScopes = ['openid', 'profile', 'User.Read']

export function tokenRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post('/tokens', { config: { documented }, schema: { body: Request } }, async (request) => {
    const asked = bodyOf(Request, request)
    checkKind(asked)
    const token = forgeToken(tenant, {
      type: asked.type ?? 'access_token',
      user: userOf(tenant, asked.user),
      client: requireClient(tenant, asked.client),
      appOnly: asked.appOnly ?? false,
      scopes: asked.scopes ?? (asked.audience === undefined ? defaultScopes : []),
      audience: asked.audience,
      version: asked.version,
      roles: asked.roles,
      claims: asked.claims ?? {},
      header: asked.header ?? {},
      expiresIn: asked.expiresIn ?? 3_600,
      variant: variantOf(asked.variant),
    })
    return { token, ...partsOf(token) }
  })
}

/** @throws ControlError for members that exclude each other */
function checkKind({ type, user, appOnly, audience }: Static<typeof Request>): void {
  const problems = [
    ...(appOnly && user !== undefined ? [{ key: 'user', message: 'does not fit appOnly' }] : []),
    ...(appOnly && type === 'id_token' ? [{ key: 'type', message: 'does not fit appOnly' }] : []),
    ...(type === 'id_token' && audience !== undefined
      ? [{ key: 'audience', message: 'of an ID token is its client' }]
      : []),
  ]
  if (problems.length === 0) return
  const lines = problems.map(({ key, message }) => `"${key}" ${message}.`)
  throw new ControlError('invalid_request', lines.join(' '), { problems })
}

/** @throws ControlError */
function userOf(tenant: TenantState, text: string | null | undefined) {
  if (text === null) return undefined
  return text === undefined ? tenant.directory.users[0] : requireUser(tenant, text)
}

/** The client of an id or a name; without one, the first. @throws ControlError 404 with the names near it */
function requireClient({ registry }: TenantState, text: string | undefined): Client {
  const clients = registry.clients()
  const wanted = text?.toLowerCase()
  const found =
    wanted === undefined
      ? clients[0]
      : clients.find(
          ({ clientId, name }) =>
            clientId.toLowerCase() === wanted || name.toLowerCase() === wanted,
        )
  if (found) return found
  const neighbours = closeNames(
    text ?? '',
    clients.map(({ name }) => name),
  )
  throw new ControlError('unknown_client', `There is no client "${text ?? ''}".`, { neighbours })
}

/** @throws ControlError */
function variantOf(name: string | undefined): IdTokenVariant | undefined {
  if (name === undefined) return undefined
  const known = idTokenVariants.find((one): one is IdTokenVariant => one === name)
  if (known) return known
  const neighbours = closeNames(name, idTokenVariants)
  const message = `"variant" is not "${name}"; there are ${idTokenVariants.join(', ')}.`
  throw new ControlError('invalid_request', message, { neighbours })
}

/** What a token says, as far as it can be read. */
function partsOf(token: string | null) {
  try {
    return { header: decodeProtectedHeader(token ?? ''), claims: decodeJwt(token ?? '') }
  } catch {
    return { header: null, claims: null }
  }
}

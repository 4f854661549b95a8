/** `/_tenant/users`: the people of the tenant. */

import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { closeNames } from '../../config/close-names.ts'
import { userNamed } from '../../config/people.ts'
import { Person } from '../../config/schema.ts'
import type { TenantUser } from '../../directory/directory.ts'
import { mostUsers } from '../../options.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done, isForm } from '../answer.ts'
import { ControlError } from '../errors.ts'
import { bodyOf } from '../validation.ts'

const only = { additionalProperties: false, description: 'an object' } as const

/** A new user, or a number of users to generate. */
const NewUser = Type.Partial(
  Type.Object({
    count: Type.Integer({
      minimum: 1,
      maximum: mostUsers,
      description: `a whole number: 1 to ${mostUsers} users to generate`,
    }),
    ...Person.properties,
  }),
  only,
)

const { id: _id, ...changeable } = Person.properties
const UserChange = Type.Partial(Type.Object(changeable), only)

const User = Type.Object(
  {
    id: Type.String(),
    userPrincipalName: Type.String(),
    displayName: Type.String(),
    accountEnabled: Type.Boolean(),
    userType: Type.String(),
    isAdmin: Type.Boolean(),
    roles: Type.Array(Type.String()),
    groups: Type.Array(Type.String()),
  },
  { description: 'A user, with the properties of Graph' },
)

const Search = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 100, description: 'the beginning of a name' })),
  top: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 999, description: '1 to 999 users; 100' }),
  ),
})

type Route = { Params: { user: string } }

const tags = ['people']
const config = {
  list: {
    documented: {
      summary: 'Users, the first ones or by the beginning of their names',
      tags,
      answer: { schema: Type.Object({ users: Type.Array(User), count: Type.Integer() }) },
    },
  },
  create: {
    documented: {
      summary: 'Creates a user, or changes the number of generated ones',
      tags,
      errors: ['already_exists'],
      answer: { status: 201, schema: User },
    },
  },
  read: {
    documented: { summary: 'A user', tags, errors: ['unknown_user'], answer: { schema: User } },
  },
  change: {
    documented: {
      summary: 'Changes a user',
      tags,
      errors: ['unknown_user', 'already_exists'],
      answer: { schema: User },
    },
  },
  remove: { documented: { summary: 'Deletes a user', tags, errors: ['unknown_user'] } },
} as const

export function userRoutes(app: FastifyInstance, tenant: TenantState): void {
  const { directory } = tenant
  app.get('/users', { config: config.list, schema: { querystring: Search } }, async ({ query }) => {
    const { search = '', top = 100 } = query as Static<typeof Search>
    return { users: directory.find(search, top), count: directory.users.length }
  })
  app.post(
    '/users',
    { config: config.create, schema: { body: NewUser } },
    async (request, reply) => {
      const { count, ...person } = bodyOf(NewUser, request)
      if (count !== undefined) {
        directory.resize(count)
        return done(request, reply, '/directory')
      }
      const user = createUser(tenant, person)
      return isForm(request) ? done(request, reply, placeOf(user)) : reply.code(201).send(user)
    },
  )
  app.get<Route>('/users/:user', { config: config.read }, async ({ params }) =>
    requireUser(tenant, params.user),
  )
  app.patch<Route>(
    '/users/:user',
    { config: config.change, schema: { body: UserChange } },
    async (request) => changeUser(tenant, request.params.user, bodyOf(UserChange, request)),
  )
  // Of a form, which has no PATCH and no DELETE.
  app.post<Route>('/users/:user', { schema: { body: UserChange } }, async (request, reply) => {
    const user = changeUser(tenant, request.params.user, bodyOf(UserChange, request))
    return done(request, reply, placeOf(user))
  })
  const remove = (text: string) => directory.deleteUser(requireUser(tenant, text).id)
  app.delete<Route>('/users/:user', { config: config.remove }, async (request, reply) => {
    remove(request.params.user)
    return done(request, reply)
  })
  app.post<Route>('/users/:user/delete', async (request, reply) => {
    remove(request.params.user)
    return done(request, reply, '/directory')
  })
}

/** The part of the page where a user is edited. */
function placeOf({ id }: TenantUser): string {
  return `/directory?user=${id}#edit`
}

/** @throws ControlError */
function createUser(tenant: TenantState, person: Static<typeof UserChange> & { id?: string }) {
  const { userPrincipalName } = person
  if (userPrincipalName === undefined) {
    const problems = [{ key: 'userPrincipalName', message: 'is missing; it takes a user name' }]
    throw new ControlError('invalid_request', '"userPrincipalName" is missing.', { problems })
  }
  const { directory } = tenant
  if (directory.byUserName(userPrincipalName) || (person.id && directory.byId(person.id))) {
    throw new ControlError('already_exists', `There is a user "${userPrincipalName}" already.`)
  }
  const fresh = userNamed({ ...person, userPrincipalName })
  const user = { ...fresh, ...membersOf(tenant, person), id: fresh.id }
  directory.putUser(user)
  return user
}

/** @throws ControlError */
function changeUser(tenant: TenantState, text: string, change: Static<typeof UserChange>) {
  const { directory } = tenant
  const before = requireUser(tenant, text)
  const other = change.userPrincipalName && directory.byUserName(change.userPrincipalName)
  if (other && other.id !== before.id) {
    throw new ControlError(
      'already_exists',
      `There is a user "${other.userPrincipalName}" already.`,
    )
  }
  // What a scenario disabled is enabled too.
  if (change.accountEnabled) directory.enable(before.id)
  const user = { ...before, ...membersOf(tenant, change) }
  directory.putUser(user)
  return user
}

/** The members of a user, with the ids of groups that are named. @throws ControlError */
function membersOf({ directory }: TenantState, { groups, ...rest }: Static<typeof UserChange>) {
  if (!groups) return rest
  const ids = groups.map((name) => {
    const wanted = name.toLowerCase()
    const group =
      directory.group(wanted) ??
      directory.groups.find(({ displayName }) => displayName.toLowerCase() === wanted)
    if (group) return group.id
    const names = directory.groups.map(({ displayName }) => displayName)
    throw new ControlError('invalid_request', `There is no group "${name}".`, {
      neighbours: closeNames(name, names),
    })
  })
  return { ...rest, groups: ids }
}

/** The part before the domain, which is the same for all. */
function nameOf(userName: string): string {
  return userName.split('@')[0] ?? userName
}

/** @throws ControlError 404 with the names near it */
export function requireUser({ directory }: TenantState, text: string): TenantUser {
  const user = directory.byIdOrName(text)
  if (user) return user
  const names = directory.users.slice(0, 1_000).map((one) => nameOf(one.userPrincipalName))
  const neighbours = closeNames(nameOf(text), names).flatMap(
    (name) => directory.users[names.indexOf(name)]?.userPrincipalName ?? [],
  )
  throw new ControlError('unknown_user', `There is no user "${text}".`, { neighbours })
}

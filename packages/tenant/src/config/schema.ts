/**
 * The keys of `tenant.json`, each with its description and the check of its value. The check, the JSON Schema for
 * editors and the table of the documents are all made from it. A description completes "<key> takes …".
 *
 * Inside a client, the names are those of Graph's application:
 * https://learn.microsoft.com/graph/api/resources/application
 */

import { type Static, Type } from 'typebox'
import {
  AppRoles,
  ExposedApi,
  OptionalClaims,
  RequiredResourceAccess,
} from './application-schema.ts'

/** A key that is not in the schema is refused. */
const only = { additionalProperties: false } as const

const Guid = (description: string) =>
  Type.String({
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    description: `a GUID: ${description}`,
  })

const Text = (description: string, maxLength = 256) =>
  Type.String({ minLength: 1, maxLength, description })

const Address = (description: string) =>
  Type.String({ minLength: 1, maxLength: 2_048, description })

const Uris = (description: string) =>
  Type.Array(Address('a redirect URI'), { maxItems: 256, description })

const Flag = (description: string) => Type.Boolean({ description: `true or false: ${description}` })

const Names = (description: string) =>
  Type.Array(Text('a name'), { maxItems: 2_000, uniqueItems: true, description })

const Origin = (description: string) =>
  Type.String({ pattern: '^https?://[^/?#@\\s]+$', maxLength: 300, description })

export const Client = Type.Object(
  {
    clientId: Type.Optional(
      Guid('the application (client) id; made from the name if it is absent'),
    ),
    name: Text('the name that the consent page shows'),
    secrets: Type.Optional(
      Type.Array(Text('a secret of your own making, never one of a real tenant', 500), {
        maxItems: 10,
        description: 'a list of client secrets; they are good on this tenant only',
      }),
    ),
    newSecret: Type.Optional(Flag('makes a secret at every start and prints it')),
    web: Type.Optional(
      Type.Object(
        {
          redirectUris: Type.Optional(Uris('a list of addresses of a server that has a secret')),
          homePageUrl: Type.Optional(Address('the address of its home page')),
          logoutUrl: Type.Optional(Address('the address of front-channel sign-out')),
          implicitGrantSettings: Type.Optional(
            Type.Object(
              {
                enableIdTokenIssuance: Type.Optional(Flag('permits id_token and code id_token')),
                enableAccessTokenIssuance: Type.Optional(Flag('permits token')),
              },
              { ...only, description: 'an object' },
            ),
          ),
        },
        { ...only, description: 'an object' },
      ),
    ),
    spa: Type.Optional(
      Type.Object(
        { redirectUris: Uris('a list of addresses of an app that runs in the browser') },
        { ...only, description: 'an object' },
      ),
    ),
    publicClient: Type.Optional(
      Type.Object(
        { redirectUris: Uris('a list of addresses of an app on a device') },
        { ...only, description: 'an object' },
      ),
    ),
    isFallbackPublicClient: Type.Optional(
      Flag('may use device code and password without a secret'),
    ),
    postLogoutRedirectUris: Type.Optional(
      Uris('a list of further addresses that a sign-out may return to'),
    ),
    signInAudience: Type.Optional(
      Type.Union([Type.Literal('AzureADMyOrg'), Type.Literal('AzureADMultipleOrgs')], {
        description: '"AzureADMyOrg" or "AzureADMultipleOrgs"',
      }),
    ),
    identifierUris: Type.Optional(
      Type.Array(Address('an address such as api://orders'), {
        maxItems: 50,
        description: 'a list of names of the API that it exposes',
      }),
    ),
    api: Type.Optional(ExposedApi),
    appRoles: Type.Optional(AppRoles),
    delegatedPermissions: Type.Optional(
      Names(
        'a list of permissions that it needs for users: User.Read, or api://orders/Orders.Read',
      ),
    ),
    applicationPermissions: Type.Optional(
      Names('a list of permissions that an administrator has granted to it: User.Read.All'),
    ),
    requiredResourceAccess: Type.Optional(RequiredResourceAccess),
    optionalClaims: Type.Optional(OptionalClaims),
    groupMembershipClaims: Type.Optional(
      Type.Union(
        [
          Type.Literal('None'),
          Type.Literal('SecurityGroup'),
          Type.Literal('DirectoryRole'),
          Type.Literal('ApplicationGroup'),
          Type.Literal('All'),
        ],
        { description: '"None", "SecurityGroup", "DirectoryRole", "ApplicationGroup" or "All"' },
      ),
    ),
    appRoleAssignmentRequired: Type.Optional(
      Flag('only users with one of its app roles can sign in'),
    ),
  },
  { ...only, description: 'an object' },
)

const Nullable = (description: string) =>
  Type.Union([Type.String({ maxLength: 256 }), Type.Null()], {
    description: `${description}, or null`,
  })

export const Person = Type.Object(
  {
    userPrincipalName: Type.String({
      pattern: '^[^@\\s]{1,64}(#EXT#)?@[^@\\s]{1,190}$',
      description: 'a user name; that of a generated user changes this user',
    }),
    id: Type.Optional(Guid('the object id; made from the user name if it is absent')),
    displayName: Type.Optional(Text('the name')),
    givenName: Type.Optional(Nullable('the first name')),
    surname: Type.Optional(Nullable('the last name')),
    mail: Type.Optional(Nullable('the address of e-mail')),
    jobTitle: Type.Optional(Nullable('the job title')),
    department: Type.Optional(Nullable('the department')),
    officeLocation: Type.Optional(Nullable('the office')),
    mobilePhone: Type.Optional(Nullable('the mobile number')),
    businessPhones: Type.Optional(Names('a list of numbers')),
    preferredLanguage: Type.Optional(Nullable('a language such as en-GB')),
    accountEnabled: Type.Optional(Flag('false for a user who cannot sign in')),
    userType: Type.Optional(
      Type.Union([Type.Literal('Member'), Type.Literal('Guest')], {
        description: '"Member" or "Guest"',
      }),
    ),
    isAdmin: Type.Optional(Flag('may consent for the whole organisation')),
    roles: Type.Optional(Names('a list of values of app roles, at every client that defines them')),
    groups: Type.Optional(Names('a list of names or object ids of groups')),
  },
  { ...only, description: 'an object' },
)

const Group = Type.Object(
  {
    displayName: Text('the name of the group'),
    id: Type.Optional(Guid('the object id; made from the name if it is absent')),
    description: Type.Optional(Nullable('a sentence about it')),
    members: Type.Optional(Names('a list of user names')),
  },
  { ...only, description: 'an object' },
)

const Assignment = Type.Object(
  {
    role: Text('the value of an app role'),
    user: Type.Optional(Text('a user name')),
    group: Type.Optional(Text('the name or object id of a group: all its members')),
  },
  { ...only, description: 'an object' },
)

const Consent = Type.Object(
  {
    client: Text('the name or id of a client'),
    scopes: Type.Array(Text('a permission, such as User.Read', 300), {
      minItems: 1,
      maxItems: 200,
      description: 'a list of permissions',
    }),
    user: Type.Optional(Text('a user name; without one, for all users')),
  },
  { ...only, description: 'an object' },
)

/** A list whose entries are all of one kind. */
function list<T extends Parameters<typeof Type.Array>[0]>(of: T, maxItems: number, what: string) {
  return Type.Optional(Type.Array(of, { maxItems, description: `a list of ${what}` }))
}

const Domain = (description: string) =>
  Type.String({
    pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$',
    maxLength: 190,
    description,
  })

/** The keys that each tenant on the port has of its own. */
const ofEachTenant = {
  tenantId: Type.Optional(Guid('the id of the tenant')),
  tenantName: Type.Optional(Text('the name of the organisation')),
  users: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description: 'the number of users to generate, 1 to 100000',
    }),
  ),
  seed: Type.Optional(
    Type.Union(
      [
        Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 }),
        Type.String({ minLength: 1, maxLength: 100 }),
      ],
      { description: 'a whole number or a text: another one generates other users' },
    ),
  ),
  clients: list(Client, 1_000, 'applications'),
  people: list(Person, 10_000, 'users to add, or to change by their user name'),
  groups: list(Group, 10_000, 'groups'),
  appRoleAssignments: list(Assignment, 10_000, 'app roles and who has them'),
  consents: list(Consent, 10_000, 'permissions that are granted from the start'),
}

const FurtherTenant = Type.Object(
  { domain: Domain('the domain of its user names, which no other tenant has'), ...ofEachTenant },
  { ...only, description: 'an object' },
)

export const ConfigFile = Type.Object(
  {
    $schema: Type.Optional(Text('the address of the JSON Schema, for editors', 2_048)),
    domain: Type.Optional(Domain('the domain of the user names, such as people.example')),
    port: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65_535, description: 'a port; 0 takes any free one' }),
    ),
    host: Type.Optional(Text('a loopback address: 127.0.0.1, ::1 or localhost')),
    origin: Type.Optional(
      Origin('an address such as https://login.example: the origin in documents and tokens'),
    ),
    graphOrigin: Type.Optional(
      Origin('an address such as https://graph.example: the origin of Graph'),
    ),
    https: Type.Optional(Flag('serves TLS with a certificate of an authority of its own')),
    state: Type.Optional(Text('a file that keeps what changes, relative to this one', 1_000)),
    ...ofEachTenant,
    tenants: list(FurtherTenant, 20, 'further tenants on the same port'),
  },
  { ...only, description: 'an object' },
)

export type ConfigFile = Static<typeof ConfigFile>
export type ConfigTenant = Static<typeof FurtherTenant>
export type ConfigClient = Static<typeof Client>
export type ConfigPerson = Static<typeof Person>
export type ConfigGroup = Static<typeof Group>

/**
 * The parts of an application that are as in Graph: the API that it exposes, its app roles, the permissions that it
 * needs, and optional claims. Ids may be absent: they are then made from the value, the same at every start.
 */

import { Type } from 'typebox'

const only = { additionalProperties: false } as const

const Guid = Type.Optional(
  Type.String({
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    description: 'a GUID',
  }),
)

const Text = (description: string, maxLength = 256) =>
  Type.String({ minLength: 1, maxLength, description })

/** Of scopes and roles. https://learn.microsoft.com/graph/api/resources/permissionscope */
const Value = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,119}$', description })

const Enabled = Type.Optional(Type.Boolean({ description: 'true or false' }))

/** https://learn.microsoft.com/graph/api/resources/apiapplication */
export const ExposedApi = Type.Object(
  {
    requestedAccessTokenVersion: Type.Optional(
      Type.Union([Type.Literal(1), Type.Literal(2), Type.Null()], {
        description: '1, 2 or null: the form of its access tokens',
      }),
    ),
    oauth2PermissionScopes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Guid,
            value: Value('the name of the scope, such as Orders.Read'),
            type: Type.Optional(
              Type.Union([Type.Literal('User'), Type.Literal('Admin')], {
                description: '"User" or "Admin": who may consent',
              }),
            ),
            isEnabled: Enabled,
            adminConsentDisplayName: Type.Optional(Text('words for administrators', 100)),
            adminConsentDescription: Type.Optional(Text('words for administrators', 850)),
            userConsentDisplayName: Type.Optional(Text('words for users', 100)),
            userConsentDescription: Type.Optional(Text('words for users', 850)),
          },
          { ...only, description: 'an object' },
        ),
        { maxItems: 200, description: 'a list of delegated permissions' },
      ),
    ),
    preAuthorizedApplications: Type.Optional(
      Type.Array(
        Type.Object(
          {
            appId: Text('the id of a client'),
            delegatedPermissionIds: Type.Array(Text('the name or id of a scope'), {
              maxItems: 200,
              description: 'a list of names or ids of scopes',
            }),
          },
          { ...only, description: 'an object' },
        ),
        { maxItems: 100, description: 'a list of clients that need no consent for some scopes' },
      ),
    ),
    knownClientApplications: Type.Optional(
      Type.Array(Text('the id of a client'), {
        maxItems: 100,
        description: 'a list of ids of clients',
      }),
    ),
  },
  { ...only, description: 'an object' },
)

/** https://learn.microsoft.com/graph/api/resources/approle */
export const AppRoles = Type.Array(
  Type.Object(
    {
      id: Guid,
      value: Value('the value in the claim roles, such as Orders.Approver'),
      displayName: Type.Optional(Text('a name', 100)),
      description: Type.Optional(Text('a sentence')),
      isEnabled: Enabled,
      allowedMemberTypes: Type.Optional(
        Type.Array(Type.Union([Type.Literal('User'), Type.Literal('Application')]), {
          minItems: 1,
          maxItems: 2,
          description: 'a list of "User" and "Application"',
        }),
      ),
    },
    { ...only, description: 'an object' },
  ),
  { maxItems: 200, description: 'a list of app roles' },
)

/** https://learn.microsoft.com/graph/api/resources/requiredresourceaccess */
export const RequiredResourceAccess = Type.Array(
  Type.Object(
    {
      resourceAppId: Text('the application id of the API'),
      resourceAccess: Type.Array(
        Type.Object(
          {
            id: Type.String({
              pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
              description: 'the id of the permission, a GUID',
            }),
            type: Type.Union([Type.Literal('Scope'), Type.Literal('Role')], {
              description: '"Scope" or "Role"',
            }),
          },
          { ...only, description: 'an object' },
        ),
        { maxItems: 200, description: 'a list of permissions' },
      ),
    },
    { ...only, description: 'an object' },
  ),
  { maxItems: 50, description: 'a list of the permissions that it needs, by API' },
)

const Claims = Type.Optional(
  Type.Array(
    Type.Object(
      {
        name: Text('the name of the claim'),
        source: Type.Optional(
          Type.Union([Type.Literal('user'), Type.Null()], { description: '"user" or null' }),
        ),
        essential: Type.Optional(Type.Boolean({ description: 'true or false' })),
        additionalProperties: Type.Optional(
          Type.Array(Text('a name'), { maxItems: 10, description: 'a list of names' }),
        ),
      },
      { ...only, description: 'an object' },
    ),
    { maxItems: 100, description: 'a list of claims' },
  ),
)

/** https://learn.microsoft.com/graph/api/resources/optionalclaims */
export const OptionalClaims = Type.Object(
  { idToken: Claims, accessToken: Claims, saml2Token: Claims },
  { ...only, description: 'an object' },
)

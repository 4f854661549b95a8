/** The properties that an application can be given. https://learn.microsoft.com/graph/api/resources/application */

import { Type, type Static } from 'typebox'
import { keptOfApplication } from '../../registry/kept-properties.ts'

const closed = { additionalProperties: false }
const Text = Type.Union([Type.String({ maxLength: 1024 }), Type.Null()])
const Guid = Type.String({
  pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
})
const Uris = Type.Array(Type.String({ maxLength: 2048 }), { maxItems: 256 })

const OptionalClaim = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    source: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    essential: Type.Optional(Type.Boolean()),
    additionalProperties: Type.Optional(Type.Array(Type.String())),
  },
  closed,
)

export const KeyCredentialInput = Type.Object(
  {
    keyId: Type.Optional(Guid),
    displayName: Type.Optional(Text),
    type: Type.Literal('AsymmetricX509Cert'),
    usage: Type.Literal('Verify'),
    startDateTime: Type.Optional(Type.String()),
    endDateTime: Type.Optional(Type.String()),
    customKeyIdentifier: Type.Optional(Text),
    key: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  closed,
)

const properties = {
  signInAudience: Type.Union([
    Type.Literal('AzureADMyOrg'),
    Type.Literal('AzureADMultipleOrgs'),
    Type.Literal('AzureADandPersonalMicrosoftAccount'),
    Type.Literal('PersonalMicrosoftAccount'),
  ]),
  description: Text,
  notes: Text,
  tags: Type.Array(Type.String({ minLength: 1, maxLength: 256 })),
  identifierUris: Uris,
  groupMembershipClaims: Text,
  isFallbackPublicClient: Type.Union([Type.Boolean(), Type.Null()]),
  api: Type.Partial(
    Type.Object({
      requestedAccessTokenVersion: Type.Union([Type.Literal(1), Type.Literal(2), Type.Null()]),
      oauth2PermissionScopes: Type.Array(
        Type.Object(
          {
            id: Guid,
            value: Type.String({ pattern: '^[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,119}$' }),
            type: Type.Union([Type.Literal('User'), Type.Literal('Admin')]),
            isEnabled: Type.Boolean(),
            adminConsentDisplayName: Type.String({ minLength: 1, maxLength: 100 }),
            adminConsentDescription: Type.String({ minLength: 1, maxLength: 850 }),
            userConsentDisplayName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
            userConsentDescription: Type.Optional(Type.Union([Type.String(), Type.Null()])),
          },
          closed,
        ),
      ),
      preAuthorizedApplications: Type.Array(
        Type.Object({ appId: Guid, delegatedPermissionIds: Type.Array(Guid) }, closed),
        { maxItems: 256 },
      ),
      knownClientApplications: Type.Array(Guid, { maxItems: 256 }),
      acceptMappedClaims: Type.Union([Type.Boolean(), Type.Null()]),
    }),
    closed,
  ),
  web: Type.Partial(
    Type.Object({
      homePageUrl: Text,
      redirectUris: Uris,
      logoutUrl: Text,
      redirectUriSettings: Type.Array(
        Type.Object({
          uri: Type.String(),
          index: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
        }),
      ),
      implicitGrantSettings: Type.Partial(
        Type.Object({
          enableIdTokenIssuance: Type.Boolean(),
          enableAccessTokenIssuance: Type.Boolean(),
        }),
        closed,
      ),
    }),
    closed,
  ),
  spa: Type.Object({ redirectUris: Uris }, closed),
  publicClient: Type.Object({ redirectUris: Uris }, closed),
  requiredResourceAccess: Type.Array(
    Type.Object(
      {
        resourceAppId: Guid,
        resourceAccess: Type.Array(
          Type.Object(
            { id: Guid, type: Type.Union([Type.Literal('Scope'), Type.Literal('Role')]) },
            closed,
          ),
        ),
      },
      closed,
    ),
  ),
  optionalClaims: Type.Union([
    Type.Partial(
      Type.Object({
        idToken: Type.Array(OptionalClaim),
        accessToken: Type.Array(OptionalClaim),
        saml2Token: Type.Array(OptionalClaim),
      }),
      closed,
    ),
    Type.Null(),
  ]),
  appRoles: Type.Array(
    Type.Object(
      {
        id: Guid,
        allowedMemberTypes: Type.Array(
          Type.Union([Type.Literal('User'), Type.Literal('Application')]),
          { minItems: 1 },
        ),
        displayName: Type.String({ minLength: 1, maxLength: 100 }),
        description: Text,
        isEnabled: Type.Optional(Type.Boolean()),
        value: Text,
      },
      closed,
    ),
  ),
  keyCredentials: Type.Array(KeyCredentialInput),
  ...keptOfApplication,
}

const displayName = Type.String({ minLength: 1, maxLength: 256 })
const others = Type.Partial(Type.Object(properties)).properties

export const NewApplication = Type.Object(
  {
    displayName,
    uniqueName: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    'owners@odata.bind': Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
    ...others,
  },
  closed,
)

export const ApplicationChange = Type.Object(
  { displayName: Type.Optional(displayName), ...others },
  closed,
)

export type ApplicationChange = Static<typeof ApplicationChange>

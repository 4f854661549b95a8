/**
 * Properties of applications and service principals that the tenant keeps and shows, and that change nothing in it, so that
 * programs which manage registrations find what they have set.
 * https://learn.microsoft.com/graph/api/resources/application, https://learn.microsoft.com/graph/api/resources/serviceprincipal
 */

import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }
const Text = Type.Union([Type.String({ maxLength: 2048 }), Type.Null()])
const Flag = Type.Union([Type.Boolean(), Type.Null()])
const Texts = Type.Array(Type.String({ maxLength: 2048 }), { maxItems: 256 })

const Info = Type.Object(
  {
    logoUrl: Type.Optional(Text),
    marketingUrl: Type.Optional(Text),
    privacyStatementUrl: Type.Optional(Text),
    supportUrl: Type.Optional(Text),
    termsOfServiceUrl: Type.Optional(Text),
  },
  closed,
)

export const keptOfApplication = {
  defaultRedirectUri: Text,
  info: Info,
  isDeviceOnlyAuthSupported: Flag,
  nativeAuthenticationApisEnabled: Text,
  oauth2RequirePostResponse: Type.Boolean(),
  parentalControlSettings: Type.Object(
    {
      countriesBlockedForMinors: Type.Optional(Texts),
      legalAgeGroupRule: Type.Optional(Text),
    },
    closed,
  ),
  requestSignatureVerification: Type.Union([
    Type.Object({
      isSignedRequestRequired: Type.Boolean(),
      allowedWeakAlgorithms: Type.Optional(Text),
    }),
    Type.Null(),
  ]),
  samlMetadataUrl: Text,
  serviceManagementReference: Text,
  servicePrincipalLockConfiguration: Type.Union([
    Type.Object(
      {
        isEnabled: Type.Boolean(),
        allProperties: Type.Optional(Flag),
        credentialsWithUsageVerify: Type.Optional(Flag),
        credentialsWithUsageSign: Type.Optional(Flag),
        identifierUris: Type.Optional(Flag),
        tokenEncryptionKeyId: Type.Optional(Flag),
      },
      closed,
    ),
    Type.Null(),
  ]),
  tokenEncryptionKeyId: Text,
}

const KeptOfApplication = Type.Object(keptOfApplication)
export type KeptOfApplication = Static<typeof KeptOfApplication>

export function newKeptOfApplication(): KeptOfApplication {
  return {
    defaultRedirectUri: null,
    info: {
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    },
    isDeviceOnlyAuthSupported: null,
    nativeAuthenticationApisEnabled: null,
    oauth2RequirePostResponse: false,
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' },
    requestSignatureVerification: null,
    samlMetadataUrl: null,
    serviceManagementReference: null,
    servicePrincipalLockConfiguration: null,
    tokenEncryptionKeyId: null,
  }
}

export const keptOfServicePrincipal = {
  alternativeNames: Texts,
  description: Text,
  loginUrl: Text,
  notes: Text,
  notificationEmailAddresses: Texts,
  preferredSingleSignOnMode: Text,
  preferredTokenSigningKeyThumbprint: Text,
  samlSingleSignOnSettings: Type.Union([
    Type.Object({ relayState: Type.Optional(Text) }, closed),
    Type.Null(),
  ]),
  tokenEncryptionKeyId: Text,
}

const KeptOfServicePrincipal = Type.Object(keptOfServicePrincipal)
export type KeptOfServicePrincipal = Static<typeof KeptOfServicePrincipal>

export function newKeptOfServicePrincipal(): KeptOfServicePrincipal {
  return {
    alternativeNames: [],
    description: null,
    loginUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    preferredSingleSignOnMode: null,
    preferredTokenSigningKeyThumbprint: null,
    samlSingleSignOnSettings: null,
    tokenEncryptionKeyId: null,
  }
}

/** The answers of Graph that the commands read, and its refusals in words for an administrator. */

import { SetupError } from '../errors.ts'
import type { Answer } from '../network.ts'

/** https://learn.microsoft.com/graph/api/resources/application */
export interface Application {
  id: string
  appId: string
  displayName: string
  uniqueName?: string | null
  signInAudience?: string
  createdDateTime?: string
  web?: WebPlatform
  optionalClaims?: OptionalClaims | null
  requiredResourceAccess?: ResourceAccess[]
  groupMembershipClaims?: string | null
  appRoles?: AppRole[]
  passwordCredentials?: PasswordCredential[]
  keyCredentials?: KeyCredential[]
}

export interface AppRole {
  id: string
  value?: string | null
  displayName: string
  description?: string | null
  allowedMemberTypes: string[]
  isEnabled?: boolean
}

export interface WebPlatform {
  redirectUris?: string[]
  logoutUrl?: string | null
  homePageUrl?: string | null
  implicitGrantSettings?: object
}

interface OptionalClaims {
  idToken?: { name: string }[]
  accessToken?: { name: string }[]
  saml2Token?: { name: string }[]
}

export interface ResourceAccess {
  resourceAppId: string
  resourceAccess: { id: string; type: string }[]
}

export interface PasswordCredential {
  keyId: string
  displayName?: string | null
  endDateTime: string
  /** The secret's first three characters. */
  hint?: string | null
  /** Only in the answer that makes it. */
  secretText?: string | null
}

export interface KeyCredential {
  keyId?: string
  displayName?: string | null
  endDateTime?: string
  /** The certificate's SHA-1 thumbprint, as base64 or hex. */
  customKeyIdentifier?: string | null
  type: string
  usage: string
  key?: string | null
}

export interface FederatedCredential {
  id: string
  name: string
  issuer: string
  subject: string
  audiences: string[]
}

export interface ServicePrincipal {
  id: string
  appId: string
  displayName?: string
  oauth2PermissionScopes?: { id: string; value: string; isEnabled?: boolean }[]
}

interface GraphFailure {
  code: string
  message: string
}

/** Graph's `error` object; its texts are empty if the answer has none. */
function failureIn({ body }: Answer): GraphFailure {
  const { error } = (body ?? {}) as { error?: { code?: unknown; message?: unknown } }
  return { code: text(error?.code), message: text(error?.message) }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : ''
}

/** Whether Graph does not know a new object yet. */
export function isTooEarly(answer: Answer): boolean {
  const { message } = failureIn(answer)
  return answer.status === 404 || /does not reference a valid application object/i.test(message)
}

/** Whether an object with this name, or for this application, exists already. */
export function isConflict(answer: Answer): boolean {
  const { code, message } = failureIn(answer)
  return (
    answer.status === 409 ||
    code === 'Request_MultipleObjectsWithSameKeyValue' ||
    (answer.status === 400 && /already (?:exists|in use)|same value for property/i.test(message))
  )
}

/**
 * Makes Graph's refusal an error for the administrator.
 *
 * @param what the request, in words: `create the application`
 */
export function refusal(answer: Answer, what: string): SetupError {
  const { status, headers } = answer
  const { code, message } = failureIn(answer)
  const id = headers['request-id'] ? ` (request ${headers['request-id']})` : ''
  if (status === 401) {
    return new SetupError(
      'sign_in',
      `Microsoft Graph does not accept this sign-in any more${id}.`,
      'Sign in again; a token from the environment may have expired, and must be for Microsoft Graph.',
    )
  }
  if (status === 403) {
    return new SetupError(
      'forbidden',
      `This account may not ${what} in this tenant (${code || 'forbidden'})${id}.`,
      'It takes the role Application Developer for a new registration, or Cloud Application Administrator for one that others own. Have one assigned, or sign in with an account that has it.',
    )
  }
  if (isConflict(answer)) {
    return new SetupError(
      'conflict',
      `The tenant has an object of this name already, so it did not ${what}: ${message || code}${id}.`,
      'Choose another --name. If it was deleted in the last 30 days, restore it or delete it for good: portal, App registrations, Deleted applications.',
    )
  }
  if (status === 429 || status >= 500) {
    return new SetupError(
      'throttled',
      `Microsoft Graph is too busy to ${what} (status ${status})${id}.`,
      'Wait a few minutes and run the command again: it continues where it stopped.',
    )
  }
  return new SetupError(
    'graph',
    `Microsoft Graph did not ${what}: ${message || code || `status ${status}`}${id}.`,
    'Correct what it names and run the command again: it continues where it stopped.',
  )
}

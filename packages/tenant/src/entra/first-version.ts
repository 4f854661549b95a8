/**
 * Version 1.0 of the endpoints: `resource` names the API in place of scopes, and ID tokens have that version's issuer and
 * claims. python-social-auth's `azuread-oauth2` and `azuread-tenant-oauth2` and passport-azure-ad with a v1.0 address use
 * it. A request is read as one of version 2.0 for `openid` and everything that the application has from the API.
 * https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-protocols-oauth-code
 */

import { decodeJwt } from 'jose'
import { required, type Parameters } from './parameters.ts'

const userScopes = 'openid profile email offline_access'

/** Without a resource, the tokens are for Graph: what v1.0 gave them for, Azure AD Graph, is retired. */
export function readFirstVersionAuthorize(parameters: Parameters): Parameters {
  const scope = `${userScopes} ${defaultOf(parameters.resource ?? 'https://graph.microsoft.com')}`
  // Of an administrator for all users; here it is the consent of whoever signs in.
  const prompt = parameters.prompt === 'admin_consent' ? { prompt: 'consent' } : {}
  return { ...parameters, ...prompt, scope }
}

/** @throws EntraError 900144 without a resource, where no user has chosen one before */
export function readFirstVersionToken(form: Parameters): Parameters {
  const grantType = form.grant_type ?? ''
  const isForApplication = grantType === 'client_credentials'
  const isRedemption = ['authorization_code', 'refresh_token'].includes(grantType)
  const resource = isForApplication ? required(form, 'resource') : form.resource
  const { scope: _, ...rest } = form
  if (resource === undefined) return isRedemption ? rest : { ...rest, scope: userScopes }
  const scope = isForApplication ? defaultOf(resource) : `${userScopes} ${defaultOf(resource)}`
  return { ...rest, scope }
}

function defaultOf(resource: string): string {
  return `${resource}/.default`
}

/** Numbers are strings, and the times are absolute too. A member that a fault has removed stays away. */
export function asFirstVersionAnswer(answer: object, { resource }: Parameters): object {
  const {
    expires_in: expiresIn,
    ext_expires_in: extended,
    access_token: token,
  } = {
    expires_in: undefined,
    ext_expires_in: undefined,
    access_token: undefined,
    ...answer,
  }
  return {
    ...answer,
    ...(expiresIn === undefined ? {} : { expires_in: String(expiresIn) }),
    ...(extended === undefined ? {} : { ext_expires_in: String(extended) }),
    ...(typeof token === 'string' ? timesOf(token, resource) : {}),
  }
}

function timesOf(token: string, resource: string | undefined) {
  const { exp, nbf, aud } = decodeJwt(token)
  return { expires_on: String(exp), not_before: String(nbf), resource: resource ?? String(aud) }
}

/** The consent pages: the permissions that an application asks for, in plain words. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import type { Target } from '../entra/authorize/request.ts'
import { layout, people, person, scopeList, type Page } from './layout.ts'

interface Consent {
  action: string
  target: Target
  user: TenantUser
  scopes: readonly string[]
}

export function consentPage({ action, target, user, scopes }: Consent): Page {
  const main = html`<div class="person">!${person(user)}</div>
    <h1>Permissions requested</h1>
    <p class="quiet">${target.client.name} would like to:</p>
    !${scopeList(scopes)}
    <p class="quiet">
      Accept only if you trust ${target.client.name}. Nothing real is behind it here.
    </p>
    <form method="post" action="${action}">
      <input type="hidden" name="user" value="${user.id}" />
      <div class="actions">
        <button name="cancel" value="1">Cancel</button>
        <button class="primary" name="accept" value="1">Accept</button>
      </div>
    </form>`
  return {
    html: layout({ title: 'Permissions requested', main }),
    formOrigins: [new URL(target.redirectUri).origin],
  }
}

interface AdminConsent {
  action: string
  target: Target
  scopes: readonly string[]
  admins: readonly TenantUser[]
}

/** An administrator approves an application for all users. */
export function adminConsentPage({ action, target, scopes, admins }: AdminConsent): Page {
  const main = html`<h1>Approve for your organisation</h1>
    <p class="quiet">${target.client.name} would like to, for everybody here:</p>
    !${scopeList(scopes)}
    <p>Nobody else has to consent after that. Approve as:</p>
    <form method="post" action="${action}">
      !${people(admins)}
      <div class="actions"><button name="cancel" value="1">Cancel</button></div>
    </form>`
  return {
    html: layout({ title: 'Approve for your organisation', main }),
    formOrigins: [new URL(target.redirectUri).origin],
  }
}

interface NeedApproval {
  action: string
  target: Target
  user: TenantUser
  scopes: readonly string[]
}

/** For a user who may not consent: an administrator has to. */
export function needApprovalPage({ action, target, user, scopes }: NeedApproval): Page {
  const main = html`<div class="person">!${person(user)}</div>
    <h1>Need admin approval</h1>
    <p>${target.client.name} needs permission that only an administrator can grant:</p>
    !${scopeList(scopes)}
    <form method="post" action="${action}">
      <div class="actions">
        <button name="other" value="1">Sign in as an administrator</button>
        <button class="primary" name="return" value="1">Return without granting consent</button>
      </div>
    </form>`
  return {
    html: layout({ title: 'Need admin approval', main }),
    formOrigins: [new URL(target.redirectUri).origin],
  }
}

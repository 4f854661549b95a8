/** The consent pages: the permissions that an application asks for, in plain words. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import type { Target } from '../entra/authorize/request.ts'
import { formOrigin, layout, scopeList, type Page } from './layout.ts'
import { people, person, type AccountNotes } from './person.ts'
import { words } from './words.ts'

interface Consent {
  action: string
  target: Target
  directory: AccountNotes
  user: TenantUser
  scopes: readonly string[]
}

export function consentPage({ action, target, directory, user, scopes }: Consent): Page {
  const main = html`<div class="person">!${person(user, directory)}</div>
    <h1>${words.consent.title}</h1>
    <p class="quiet">${words.consent.wants(target.client.name)}</p>
    !${scopeList(scopes)}
    <p class="quiet">${words.consent.trust(target.client.name)} ${words.consent.test}</p>
    <form method="post" action="${action}">
      <input type="hidden" name="user" value="${user.id}" />
      <div class="actions">
        <button name="cancel" value="1">${words.cancel}</button>
        <button class="primary" name="accept" value="1">${words.consent.accept}</button>
      </div>
    </form>`
  return {
    html: layout({ title: words.consent.title, main }),
    formOrigins: [formOrigin(target.redirectUri)],
  }
}

interface AdminConsent {
  action: string
  target: Target
  directory: AccountNotes
  admins: readonly TenantUser[]
  scopes: readonly string[]
}

/** An administrator approves an application for all users. */
export function adminConsentPage({
  action,
  target,
  directory,
  admins,
  scopes,
}: AdminConsent): Page {
  const main = html`<h1>${words.adminConsent.title}</h1>
    <p class="quiet">${words.adminConsent.wants(target.client.name)}</p>
    !${scopeList(scopes)}
    <p>${words.adminConsent.approveAs}</p>
    <form method="post" action="${action}">
      !${people(admins, directory)}
      <div class="actions"><button name="cancel" value="1">${words.cancel}</button></div>
    </form>`
  return {
    html: layout({ title: words.adminConsent.title, main }),
    formOrigins: [formOrigin(target.redirectUri)],
  }
}

/** For a user who may not consent: an administrator has to. */
export function needApprovalPage({ action, target, directory, user, scopes }: Consent): Page {
  const main = html`<div class="person">!${person(user, directory)}</div>
    <h1>${words.needApproval.title}</h1>
    <p>${words.needApproval.why(target.client.name)}</p>
    !${scopeList(scopes)}
    <form method="post" action="${action}">
      <div class="actions">
        <button name="return" value="1">${words.needApproval.back}</button>
        <button class="primary" name="other" value="1">${words.needApproval.asAdmin}</button>
      </div>
    </form>`
  return {
    html: layout({ title: words.needApproval.title, main }),
    formOrigins: [formOrigin(target.redirectUri)],
  }
}

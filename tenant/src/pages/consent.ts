/** What an application asks for, in plain words. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import type { Target } from '../entra/authorize-request.ts'
import { layout } from './layout.ts'
import { person } from './person.ts'
import { scopeList } from './scopes.ts'
import type { Page } from './send-page.ts'

export interface Consent {
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

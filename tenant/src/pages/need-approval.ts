/** For a user who may not consent: only an administrator can. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import type { Target } from '../entra/authorize-request.ts'
import { layout } from './layout.ts'
import { person } from './person.ts'
import { scopeList } from './scopes.ts'
import type { Page } from './send-page.ts'

export interface NeedApproval {
  action: string
  target: Target
  user: TenantUser
  scopes: readonly string[]
}

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

/** An administrator approves an application for everybody. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import type { Target } from '../entra/authorize-request.ts'
import { layout } from './layout.ts'
import { people } from './person.ts'
import { scopeList } from './scopes.ts'
import type { Page } from './send-page.ts'

export interface AdminConsent {
  action: string
  target: Target
  scopes: readonly string[]
  admins: readonly TenantUser[]
}

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

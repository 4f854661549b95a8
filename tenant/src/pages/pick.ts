/** The account picker, for a browser in which somebody is signed in. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import type { Target } from '../entra/authorize-request.ts'
import { layout } from './layout.ts'
import { people } from './person.ts'
import type { Page } from './send-page.ts'

export interface Pick {
  action: string
  target: Target
  users: readonly TenantUser[]
}

export function pickPage({ action, target, users }: Pick): Page {
  const main = html`<h1>Pick an account</h1>
    <p class="quiet">to continue to ${target.client.name}</p>
    <form method="post" action="${action}">
      !${people(users)}
      <div class="actions">
        <button name="cancel" value="1">Cancel</button>
        <button name="other" value="1">Use another account</button>
      </div>
    </form>`
  return {
    html: layout({ title: 'Pick an account', main }),
    formOrigins: [new URL(target.redirectUri).origin],
  }
}

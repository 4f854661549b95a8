/** Step-up: stands for the second factor that an authentication context asks for. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import type { Target } from '../entra/authorize-request.ts'
import { layout } from './layout.ts'
import { person } from './person.ts'
import type { Page } from './send-page.ts'

export interface StepUp {
  action: string
  target: Target
  user: TenantUser
  contexts: readonly string[]
}

export function stepUpPage({ action, target, user, contexts }: StepUp): Page {
  const main = html`<div class="person">!${person(user)}</div>
    <h1>Confirm it is you</h1>
    <p>${target.client.name} opens something that needs a stronger proof of who you are.</p>
    <p class="quiet">
      One click stands for your second factor. Authentication context:
      <code>${contexts.join(' ')}</code>
    </p>
    <form method="post" action="${action}">
      <input type="hidden" name="user" value="${user.id}" />
      <div class="actions">
        <button name="cancel" value="1">Cancel</button>
        <button class="primary" name="confirm" value="1">It is me</button>
      </div>
    </form>`
  return {
    html: layout({ title: 'Confirm it is you', main }),
    formOrigins: [new URL(target.redirectUri).origin],
  }
}

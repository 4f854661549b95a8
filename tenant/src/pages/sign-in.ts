/** Signing in: pick a user, or find one. There are no passwords here. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import type { Target } from '../entra/authorize-request.ts'
import { layout } from './layout.ts'
import { people } from './person.ts'
import type { Page } from './send-page.ts'

export interface SignIn {
  /** The authorization request's own address: the forms go back there. */
  action: string
  target: Target
  users: readonly TenantUser[]
  /** What was searched for. */
  text: string
  problem: string | undefined
}

export function signInPage({ action, target, users, text, problem }: SignIn): Page {
  const main = html`<h1>Sign in</h1>
    <p class="quiet">to continue to ${target.client.name}</p>
    !${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
    <form method="post" action="${action}" role="search">
      <div class="field">
        <label for="q">Search or type a user name</label>
        <input
          id="q"
          name="q"
          value="${text}"
          placeholder="Search or type a user name"
          autocomplete="off"
          spellcheck="false"
          maxlength="200"
        />
        <button class="primary">Next</button>
      </div>
    </form>
    <form method="post" action="${action}">
      !${users.length > 0 ? people(users) : nobody(text)}
      <p class="quiet">One click signs in: these people are generated and have no passwords.</p>
      <div class="actions"><button name="cancel" value="1">Cancel</button></div>
    </form>`
  return {
    html: layout({ title: 'Sign in', main }),
    formOrigins: [new URL(target.redirectUri).origin],
  }
}

function nobody(text: string): string {
  return html`<p role="status">Nobody is called “${text}”.</p>`
}

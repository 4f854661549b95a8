/** The sign-in pages: search a user or pick one. There are no passwords. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import type { Target } from '../entra/authorize/request.ts'
import { layout, people, person, type Page } from './layout.ts'

interface SignIn {
  /** The address of the authorization request, to which the forms are sent. */
  action: string
  target: Target
  users: readonly TenantUser[]
  /** The search text. */
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

interface Pick {
  action: string
  target: Target
  users: readonly TenantUser[]
}

/** The account picker, for a browser with accounts that are signed in. */
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

interface StepUp {
  action: string
  target: Target
  user: TenantUser
  contexts: readonly string[]
}

/** Step-up: takes the place of the second factor that an authentication context asks for. */
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

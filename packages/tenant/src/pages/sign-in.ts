/** The sign-in pages: search a user or pick one. There are no passwords. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import type { TestAccount } from '../directory/test-accounts.ts'
import type { Target } from '../entra/authorize/request.ts'
import { formOrigin, layout, type Page } from './layout.ts'
import { people, person, type AccountNotes } from './person.ts'
import { words } from './words.ts'

interface SignIn {
  /** The address of the authorization request, to which the forms are sent. */
  action: string
  target: Target
  directory: AccountNotes
  users: readonly TenantUser[]
  /** Users for special cases, behind a button. */
  special: readonly TestAccount[]
  /** The search text. */
  text: string
  problem: string | undefined
}

export function signInPage(signIn: SignIn): Page {
  const { action, target, directory, users, special, text, problem } = signIn
  const main = html`<h1>${words.signIn.title}</h1>
    <p class="quiet">${words.signIn.continueTo(target.client.name)}</p>
    !${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
    <form method="post" action="${action}" role="search">
      <div class="field">
        <label for="q">${words.signIn.search}</label>
        <input
          id="q"
          name="q"
          value="${text}"
          placeholder="${words.signIn.search}"
          autocomplete="off"
          spellcheck="false"
          maxlength="200"
        />
        <button class="primary">${words.signIn.next}</button>
      </div>
    </form>
    <form method="post" action="${action}">
      !${users.length > 0 ? people(users, directory) : nobody(text)}
      !${specialAccounts(special, directory)}
      <p class="quiet">${words.signIn.accounts}</p>
      <div class="actions"><button name="cancel" value="1">${words.cancel}</button></div>
    </form>`
  return {
    html: layout({ title: words.signIn.title, main }),
    formOrigins: [formOrigin(target.redirectUri)],
  }
}

function nobody(text: string): string {
  return html`<p role="status">${words.signIn.nobody(text)}</p>`
}

function specialAccounts(accounts: readonly TestAccount[], directory: AccountNotes): string {
  if (accounts.length === 0) return ''
  const notes = new Map(accounts.map(({ user, purpose }) => [user, words.purposes[purpose]]))
  return html`<details class="special">
    <summary>
      ${words.signIn.special} <span class="quiet">${words.signIn.specialHint}</span>
    </summary>
    !${people([...notes.keys()], directory, (user) => notes.get(user) ?? '')}
  </details>`
}

interface Pick {
  action: string
  target: Target
  directory: AccountNotes
  users: readonly TenantUser[]
}

/** The account picker, for a browser with accounts that are signed in. */
export function pickPage({ action, target, directory, users }: Pick): Page {
  const main = html`<h1>${words.pick.title}</h1>
    <p class="quiet">${words.signIn.continueTo(target.client.name)}</p>
    <form method="post" action="${action}">
      !${people(users, directory)}
      <div class="actions">
        <button name="cancel" value="1">${words.cancel}</button>
        <button name="other" value="1">${words.pick.other}</button>
      </div>
    </form>`
  return {
    html: layout({ title: words.pick.title, main }),
    formOrigins: [formOrigin(target.redirectUri)],
  }
}

interface StepUp {
  action: string
  target: Target
  directory: AccountNotes
  user: TenantUser
  contexts: readonly string[]
}

/** Step-up: takes the place of the second factor that an authentication context asks for. */
export function stepUpPage({ action, target, directory, user, contexts }: StepUp): Page {
  const main = html`<div class="person">!${person(user, directory)}</div>
    <h1>${words.stepUp.title}</h1>
    <p>${words.stepUp.why(target.client.name)}</p>
    <p class="quiet">${words.stepUp.note} <code>${contexts.join(' ')}</code></p>
    <form method="post" action="${action}">
      <input type="hidden" name="user" value="${user.id}" />
      <div class="actions">
        <button name="cancel" value="1">${words.cancel}</button>
        <button class="primary" name="confirm" value="1">${words.stepUp.confirm}</button>
      </div>
    </form>`
  return {
    html: layout({ title: words.stepUp.title, main }),
    formOrigins: [formOrigin(target.redirectUri)],
  }
}

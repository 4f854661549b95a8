/** The pages of programs on a user's machine: for the code that a device shows, and for the end of a sign-in. */

import { html } from 'ghtml'
import { layout, type Page } from './layout.ts'
import { words } from './words.ts'

export function deviceLoginPage(code: string, problem?: string): Page {
  const main = html`<h1>${words.device.enterCode}</h1>
    <p class="quiet">${words.device.where}</p>
    !${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
    <form method="post" action="/devicelogin">
      <div class="field">
        <label for="user_code">${words.device.code}</label>
        <input
          id="user_code"
          name="user_code"
          value="${code}"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="20"
          required
        />
        <button class="primary">${words.signIn.next}</button>
      </div>
    </form>`
  return { html: layout({ title: words.device.enterCode, main }) }
}

/** @param app the name of the application */
export function deviceDonePage(app: string, problem: string | undefined): Page {
  const title = problem === undefined ? words.device.signedIn : words.device.notSignedIn
  const text =
    problem === undefined ? words.device.approved(app) : words.device.refused(app, problem)
  const main = html`<h1>${title}</h1>
    <p>${text}</p>
    <p class="quiet">${words.closeWindow}</p>`
  return { html: layout({ title, main }) }
}

/** Where a program with a browser of its own sees the answer: in the address. */
export function nativeClientPage(): Page {
  const main = html`<h1>${words.oneMoment.title}</h1>
    <p class="quiet">${words.closeWindow}</p>`
  return { html: layout({ title: words.oneMoment.title, main }) }
}

/** The pages of a device sign-in: one for the code that the device shows, one for the end. */

import { html } from 'ghtml'
import { layout, type Page } from './layout.ts'

export function deviceLoginPage(code: string, problem?: string): Page {
  const main = html`<h1>Enter code</h1>
    <p class="quiet">Your device or command shows it. Never enter a code that somebody sent you.</p>
    !${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
    <form method="post" action="/devicelogin">
      <div class="field">
        <label for="user_code">Code</label>
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
        <button class="primary">Next</button>
      </div>
    </form>`
  return { html: layout({ title: 'Enter code', main }) }
}

/** @param name of the application */
export function deviceDonePage(name: string, problem: string | undefined): Page {
  const title = problem === undefined ? 'You are signed in' : 'You are not signed in'
  const main = html`<h1>${title}</h1>
    <p>
      ${
        problem === undefined
          ? `${name} has what it asked for on your device.`
          : `${name} will be told: ${problem}`
      }
    </p>
    <p class="quiet">You can close this window.</p>`
  return { html: layout({ title, main }) }
}

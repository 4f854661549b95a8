/** After a sign-out: tells the applications in hidden frames, then moves on. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import { layout } from './layout.ts'
import type { Page } from './send-page.ts'

export interface SignedOut {
  user: TenantUser | undefined
  /** Front-channel logout addresses. */
  frames: readonly string[]
  next: string | undefined
}

/** Time for the frames to load; Entra's page waits about as long. */
const seconds = 1

export function signedOutPage({ user, frames, next }: SignedOut): Page {
  const iframes = frames.map((src) => html`<iframe src="${src}" title="Sign-out"></iframe>`)
  const main = html`<h1>You are signed out</h1>
    <p>
      ${user ? `${user.displayName} is signed out of this browser.` : 'No account is left signed in here.'}
    </p>
    !${
      next === undefined
        ? html`<p class="quiet">You can close this window.</p>`
        : html`<p class="actions"><a class="button primary" href="${next}">Continue</a></p>`
    }
    !${iframes}`
  const head =
    next === undefined ? '' : html`<meta http-equiv="refresh" content="${seconds}; url=${next}" />`
  return {
    html: layout({ title: 'Signed out', main, head }),
    frameOrigins: [...new Set(frames.map((src) => new URL(src).origin))],
  }
}

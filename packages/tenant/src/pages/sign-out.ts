/** The sign-out pages: notify the applications in hidden frames, then redirect. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import { layout, people, type Page } from './layout.ts'

interface SignedOut {
  user: TenantUser | undefined
  /** Front-channel logout addresses. */
  frames: readonly string[]
  next: string | undefined
}

/** For the frames to load; Entra's page waits about as long. */
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

interface PickSignOut {
  action: string
  users: readonly TenantUser[]
  /** The address that the browser is redirected to. */
  next: string | undefined
}

/** Asks which of several accounts to sign out. */
export function pickSignOutPage({ action, users, next }: PickSignOut): Page {
  const main = html`<h1>Pick an account to sign out</h1>
    <p class="quiet">The others stay signed in.</p>
    <form method="post" action="${action}">!${people(users)}</form>`
  return {
    html: layout({ title: 'Sign out', main }),
    formOrigins: next === undefined ? [] : [new URL(next).origin],
  }
}

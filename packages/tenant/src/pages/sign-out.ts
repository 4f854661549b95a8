/** The sign-out pages: notify the applications in hidden frames, then redirect. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import { formOrigin, layout, type Page } from './layout.ts'
import { people, visibleName, type AccountNotes } from './person.ts'
import { words } from './words.ts'

interface SignedOut {
  user: TenantUser | undefined
  /** Front-channel logout addresses. */
  frames: readonly string[]
  next: string | undefined
}

/** For the frames to load; Entra's page waits about as long. */
const seconds = 1

export function signedOutPage({ user, frames, next }: SignedOut): Page {
  const iframes = frames.map(
    (src) => html`<iframe src="${src}" title="${words.signedOut.frame}"></iframe>`,
  )
  const main = html`<h1>${words.signedOut.title}</h1>
    <p>
      !${user ? html`<bdi>${visibleName(user)}</bdi> ${words.signedOut.ended}` : words.signedOut.nobody}
    </p>
    !${
      next === undefined
        ? html`<p class="quiet">${words.closeWindow}</p>`
        : html`<p class="actions">
            <a class="button primary" href="${next}">${words.continue}</a>
          </p>`
    }
    !${iframes}`
  const head =
    next === undefined ? '' : html`<meta http-equiv="refresh" content="${seconds}; url=${next}" />`
  return {
    html: layout({ title: words.signedOut.title, main, head }),
    frameOrigins: [...new Set(frames.map((src) => new URL(src).origin))],
  }
}

interface PickSignOut {
  action: string
  directory: AccountNotes
  users: readonly TenantUser[]
  /** The address that the browser is redirected to. */
  next: string | undefined
}

/** Asks which of several accounts to sign out. */
export function pickSignOutPage({ action, directory, users, next }: PickSignOut): Page {
  const main = html`<h1>${words.signedOut.pickTitle}</h1>
    <p class="quiet">${words.signedOut.others}</p>
    <form method="post" action="${action}">!${people(users, directory)}</form>`
  return {
    html: layout({ title: words.signedOut.pickTitle, main }),
    formOrigins: next === undefined ? [] : [formOrigin(next)],
  }
}

/** Which of several accounts to sign out. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'
import { layout } from './layout.ts'
import { people } from './person.ts'
import type { Page } from './send-page.ts'

export interface PickSignOut {
  action: string
  users: readonly TenantUser[]
  /** Where the browser is led afterwards. */
  next: string | undefined
}

export function pickSignOutPage({ action, users, next }: PickSignOut): Page {
  const main = html`<h1>Pick an account to sign out</h1>
    <p class="quiet">The others stay signed in.</p>
    <form method="post" action="${action}">!${people(users)}</form>`
  return {
    html: layout({ title: 'Sign out', main }),
    formOrigins: next === undefined ? [] : [new URL(next).origin],
  }
}

/** How a user is shown: initials, name, user name. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/user.ts'

const hues = 8

export function person(user: TenantUser): string {
  const hue = parseInt(user.id.slice(0, 4), 16) % hues
  return html`<span class="avatar hue${hue}" aria-hidden="true">${initials(user)}</span>
    <span class="names"><b>${user.displayName}</b> <small>${user.userPrincipalName}</small></span>`
}

/** A list of buttons, each of which submits its user. */
export function people(users: readonly TenantUser[]): string {
  const items = users.map(
    (user) => html`<li><button name="user" value="${user.id}">!${person(user)}</button></li>`,
  )
  return html`<ul class="people">
    !${items}
  </ul>`
}

function initials({ displayName }: TenantUser): string {
  const words = displayName.split(/[\s-]+/).filter((word) => /^\p{L}/u.test(word))
  const [first = '?'] = words
  const last = words.length > 1 ? words.at(-1) : undefined
  return [first, last]
    .map((word) => (word ? (Array.from(word)[0] ?? '') : ''))
    .join('')
    .toUpperCase()
}

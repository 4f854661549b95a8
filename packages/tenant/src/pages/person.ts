/** A user on a page: photo or initials, name, user name, and what is special about the account. */

import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import { hasPhoto, portrait } from '../directory/portrait.ts'
import { words } from './words.ts'

/** What a page has to know about accounts beside the users themselves. */
export interface AccountNotes {
  isDisabled(id: string): boolean
  /** The name of the user's organisation, if the page shows users of several. */
  organizationOf?(id: string): string | undefined
}

/** A user with avatar, name, user name and roles. @param note in place of the roles */
export function person(user: TenantUser, directory: AccountNotes, note?: string): string {
  const notes = note === undefined ? rolesOf(user, directory) : [note]
  return html`!${avatar(user)}
    <span class="names"
      ><b title="${visibleName(user)}"><bdi>${visibleName(user)}</bdi></b>
      <small><bdi>${user.userPrincipalName}</bdi></small></span
    >
    !${notes.map((text) => html`<span class="pill">${text}</span>`)}`
}

/** A list of buttons, each of which submits its user. @param note for each user, in place of the roles */
export function people(
  users: readonly TenantUser[],
  directory: AccountNotes,
  note?: (user: TenantUser) => string,
): string {
  const items = users.map(
    (user) =>
      html`<li>
        <button name="user" value="${user.id}">!${person(user, directory, note?.(user))}</button>
      </li>`,
  )
  return html`<ul class="people">
    !${items}
  </ul>`
}

function rolesOf(user: TenantUser, directory: AccountNotes): string[] {
  const organization = directory.organizationOf?.(user.id)
  return [
    ...(organization === undefined ? [] : [organization]),
    ...(user.isAdmin ? [words.person.admin] : []),
    ...(user.userType === 'Guest' ? [words.person.guest] : []),
    ...(directory.isDisabled(user.id) ? [words.person.disabled] : []),
  ]
}

/** The photo that Graph has, or initials on the colour that the app gives the same user. */
function avatar(user: TenantUser): string {
  const photo = hasPhoto(user)
    ? html`<img alt="" src="data:image/png;base64,${portrait(user.id).toString('base64')}" />`
    : undefined
  const inside = photo ?? (initials(user.displayName) || personIcon)
  return html`<span class="avatar hue${avatarColour(user.id)}" aria-hidden="true">!${inside}</span>`
}

const personIcon =
  '<svg viewBox="0 0 20 20"><path d="M10 10a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-5 1.5A2 2 0 0 0 3 13.4C3 16.3 6.1 18 10 18s7-1.7 7-4.6a2 2 0 0 0-2-1.9H5Z"/></svg>'

/**
 * The number of a colour, 0 to 11. The sample app has the same function and the same colours, so that a user looks
 * the same before and after the sign-in. The tenant imports nothing of the app; `e2e/avatar-colours.test.ts` compares.
 */
export function avatarColour(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum % 12
}

/** The first letters of the first and the last word; escaped, because a letter is never markup. */
function initials(name: string): string {
  const parts = name
    .replaceAll(/\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((part) => /^[\p{L}\p{N}]/u.test(part))
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : parts
  return ends.map((part) => /^./u.exec(part ?? '')?.[0].toLocaleUpperCase() ?? '').join('')
}

/**
 * Characters that are not seen and change what is: controls, marks and overrides of direction (Unicode UAX #9,
 * section 2), and characters without width.
 */
const unseen = /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/gu

/** The name without characters that are not seen, so that an override of direction does not turn the line round. */
export function visibleName({ displayName }: TenantUser): string {
  const seen = displayName.replace(unseen, ' ').replace(/\s+/gu, ' ').trim()
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(seen) ? seen : words.person.unnamed
}

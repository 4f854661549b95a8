/** Permissions in plain words, as a list. */

import { html } from 'ghtml'
import { scopeWords } from '../entra/scopes.ts'

export function scopeList(scopes: readonly string[]): string {
  const items = scopes.map(
    (scope) => html`<li>${scopeWords[scope] ?? scope} <code>${scope}</code></li>`,
  )
  return html`<ul class="scopes">
    !${items}
  </ul>`
}

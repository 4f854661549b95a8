/** What a form of the control page asked for and cannot have. */

import { html } from 'ghtml'
import { layout } from '../layout.ts'
import type { Page } from '../send-page.ts'

export function controlProblemPage(message: string): Page {
  const main = html`<h1>That does not work</h1>
    <p class="problem" role="alert">${message}</p>
    <p class="actions"><a class="button primary" href="/_tenant">Control page</a></p>`
  return { html: layout({ title: 'That does not work', main }) }
}

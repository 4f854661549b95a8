/** `response_mode=form_post`: a form that submits itself, or with one click where scripts are off. */

import { createHash } from 'node:crypto'
import { html } from 'ghtml'
import { layout } from './layout.ts'
import type { Page } from './send-page.ts'

const script = 'document.forms[0].submit()'
const scriptElement = `<script>${script}</script>`
const scriptHash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`

export function formPostPage(action: string, parameters: readonly [string, string][]): Page {
  const inputs = parameters.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  const main = html`<h1>One moment</h1>
    <p class="quiet">You are on your way back to the application.</p>
    <form method="post" action="${action}">
      !${inputs}
      <div class="actions"><button class="primary">Continue</button></div>
    </form>
    !${scriptElement}`
  return {
    html: layout({ title: 'One moment', main }),
    formOrigins: [new URL(action).origin],
    scriptHashes: [scriptHash],
  }
}

/** The faults that were set one by one, by a test or over the API. */

import { html } from 'ghtml'
import type { World } from '../../world.ts'

export function faultSection({ faults }: World): string {
  const single = faults.list().filter(({ badDay }) => badDay === undefined)
  if (single.length === 0) return ''
  const rows = single.map(({ at, times, ...what }) => {
    return html`<tr>
      <td class="fixed">${at}</td>
      <td><code>${JSON.stringify(what)}</code></td>
      <td class="fixed">${times ?? 'until cleared'}</td>
    </tr>`
  })
  return html`<h2 id="faults">Single faults</h2>
    <p class="quiet">Set by <code>POST /_tenant/faults</code> or by a test.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col">What</th>
            <th scope="col">Requests left</th>
          </tr>
        </thead>
        <tbody>
          !${rows}
        </tbody>
      </table>
    </div>`
}

/** The latest requests that clients made. */

import { html } from 'ghtml'
import type { JournalEntry } from '../../journal.ts'
import type { World } from '../../world.ts'

const shownEntries = 100

export function journalSection({ journal }: World): string {
  const entries = journal.entries().slice(-shownEntries).toReversed()
  if (entries.length === 0) {
    return html`<h2 id="journal">Journal</h2>
      <p class="quiet">No request yet.</p>`
  }
  return html`<h2 id="journal">Journal</h2>
    <p class="quiet">
      The latest ${entries.length} requests, newest first. All of them:
      <a href="/_tenant/journal">JSON</a>
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Status</th>
            <th scope="col">Request</th>
          </tr>
        </thead>
        <tbody>
          !${entries.map(row)}
        </tbody>
      </table>
    </div>
    <form method="post" action="/_tenant/journal/clear" class="actions">
      <button>Clear the journal</button>
    </form>`
}

function row({ at, status, method, path, query }: JournalEntry): string {
  const time = new Date(at).toISOString()
  const names = Object.keys(query)
  return html`<tr>
    <td class="fixed"><time datetime="${time}">${time.slice(11, 23)}</time></td>
    <td class="fixed">${status ?? 'none'}</td>
    <td>
      <code>${method} ${path}</code>
      !${names.length > 0 ? html`<small class="quiet">${names.join(' ')}</small>` : ''}
    </td>
  </tr>`
}

/** The control page: what this tenant is, what it was asked, and what shall go wrong. */

import { html } from 'ghtml'
import type { JournalEntry } from '../journal.ts'
import type { World } from '../world.ts'
import { layout } from './layout.ts'
import type { Page } from './send-page.ts'

const shownEntries = 100

export function controlPage(world: World, presets: readonly string[]): Page {
  const main = html`<h1>Control page</h1>
    <p class="quiet">
      This tenant stands in for Microsoft Entra ID and Microsoft Graph. Everything is in memory.
    </p>
    !${identity(world)} !${faultSection(world, presets)} !${journalSection(world)}`
  return { html: layout({ title: 'Control page', main, wide: true }) }
}

function identity({ tenantId, tenantName, origin, clients, directory, keys }: World): string {
  const registrations = clients.map(
    (client) =>
      html`<dt>Application</dt>
        <dd>${client.name} <code>${client.clientId}</code></dd>
        <dt>Redirect URIs</dt>
        <dd>!${client.redirectUris.map((uri) => html`<code>${uri}</code><br />`)}</dd>`,
  )
  return html`<dl>
      <dt>Tenant</dt>
      <dd>${tenantName} <code>${tenantId}</code></dd>
      <dt>Authority</dt>
      <dd><code>${origin}/${tenantId}/v2.0</code></dd>
      <dt>Graph</dt>
      <dd><code>${origin}/v1.0</code></dd>
      !${registrations}
      <dt>Users</dt>
      <dd>${directory.users.length}</dd>
      <dt>Signing key</dt>
      <dd><code>${keys.current().kid}</code></dd>
    </dl>
    <form method="post" action="/_tenant/keys/rotate"><button>Rotate keys</button></form>`
}

function faultSection({ faults }: World, presets: readonly string[]): string {
  const active = faults.list()
  const options = presets.map((name) => html`<option>${name}</option>`)
  const rows = active.map(({ at, times, ...what }) => {
    return html`<tr>
      <td class="fixed">${at}</td>
      <td><code>${JSON.stringify(what)}</code></td>
      <td class="fixed">${times ?? 'until cleared'}</td>
    </tr>`
  })
  return html`<h2>Faults</h2>
    <form method="post" action="/_tenant/faults" class="set">
      <label
        >What goes wrong
        <select name="preset">
          !${options}
        </select></label
      >
      <label>
        For how many requests
        <input name="times" type="number" min="1" placeholder="until cleared" />
      </label>
      <button class="primary">Set fault</button>
    </form>
    !${
      active.length === 0
        ? html`<p class="quiet">Nothing is set: everything works.</p>`
        : html`<div class="scroll">
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
            </div>
            <form method="post" action="/_tenant/faults/clear" class="actions">
              <button>Clear all faults</button>
            </form>`
    }`
}

function journalSection({ journal }: World): string {
  const entries = journal.entries().slice(-shownEntries).toReversed()
  if (entries.length === 0) {
    return html`<h2>Journal</h2>
      <p class="quiet">No request yet.</p>`
  }
  return html`<h2>Journal</h2>
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

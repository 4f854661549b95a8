/** The sections of the control page: active failures, single faults, the tenant's identity, the journal. */

import { html } from 'ghtml'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import type { Directory } from '../../directory/directory.ts'
import type { JournalEntry } from '../../journal.ts'
import { mostUsers } from '../../options.ts'
import type { TenantState } from '../../tenant-state.ts'
import { layout, type Page } from '../layout.ts'

/** The bar that stays in sight: what is active, and a button that clears it. */
export function activeFaults(
  { directory, faults }: TenantState,
  scenarios: readonly ScenarioState[],
): string {
  const active = scenarios.filter((scenario) => scenario.active)
  const single = faults.list().filter(({ scenario }) => scenario === undefined).length
  const count = active.length + single
  if (count === 0) return html`<p class="quiet">No scenario is active: everything works.</p>`
  const links = active.map(({ id, title, users, left }) => {
    const facts = [namesOf(directory, users), left === null ? '' : `${left} left`]
    const known = facts.filter(Boolean).join(', ')
    return html`<li><a href="#${id}">${title}</a>${known && ` (${known})`}</li>`
  })
  const faultLink = html`<li>
    <a href="#faults">${single === 1 ? '1 single fault' : `${single} single faults`}</a>
  </li>`
  return html`<form method="post" action="/_tenant/scenarios/clear" class="now">
    <b>${count} active</b>
    <ul>
      !${links} !${single > 0 ? faultLink : ''}
    </ul>
    <button>Clear everything</button>
  </form>`
}

/** The faults that a test or the API set one by one. */
export function faultSection({ faults }: TenantState): string {
  const single = faults.list().filter(({ scenario }) => scenario === undefined)
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

/** The page for a form that was refused. */
export function controlProblemPage(message: string): Page {
  const main = html`<h1>That does not work</h1>
    <p class="problem" role="alert">${message}</p>
    <p class="actions"><a class="button primary" href="/_tenant">Control page</a></p>`
  return { html: layout({ title: 'That does not work', main }) }
}

const named = 3

/** @param users object ids or user names */
export function namesOf(directory: Directory, users: readonly string[]): string {
  const names = users
    .slice(0, named)
    .map((user) => directory.byIdOrName(user)?.displayName ?? user)
    .join(', ')
  return users.length > named ? `${names} and ${users.length - named} more` : names
}

/** What an application needs to know of this tenant, and the size of its directory. */
export function identitySection({
  tenantId,
  tenantName,
  origin,
  registry,
  directory,
  keys,
}: TenantState): string {
  const registrations = registry.clients().map(
    (client) =>
      html`<dt>Application</dt>
        <dd>${client.name} <code>${client.clientId}</code></dd>
        <dt>Redirect URIs</dt>
        <dd>!${client.redirectUris.map((uri) => html`<code>${uri}</code><br />`)}</dd>`,
  )
  return html`<h2>This tenant</h2>
    <dl>
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
    <form method="post" action="/_tenant/users" class="size">
      <label for="count">Users in the directory, 1 to ${mostUsers}</label>
      <input
        id="count"
        name="count"
        type="number"
        min="1"
        max="${mostUsers}"
        required
        value="${directory.users.length}"
      />
      <button>Change</button>
    </form>`
}

const shownEntries = 100

/** The latest requests of clients. */
export function journalSection({ journal }: TenantState): string {
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

/** The tab of the requests: the journal, grouped by sign-in. */

import { html } from 'ghtml'
import { groupRequests, type RequestGroup } from '../../control/request-groups.ts'
import type { JournalEntry } from '../../journal.ts'
import type { TenantState } from '../../tenant-state.ts'
import { visibleName } from '../person.ts'
import { controlWords } from './words.ts'

const words = controlWords.requests

/** The latest entries that are grouped, and the latest rows of one group. */
const groupedEntries = 1_000
const rowsOfGroup = 100

export function requestSection(tenant: TenantState): string {
  const entries = tenant.journal.entries().slice(-groupedEntries)
  if (entries.length === 0) return html`<p class="quiet">${words.none}</p>`
  const groups = groupRequests(tenant, entries)
  return html`<p class="quiet">
      ${words.about(entries.length)} <a href="/_tenant/journal">${words.json}</a>
    </p>
    <form method="post" action="/_tenant/journal/clear" class="actions start">
      <a class="button" href="/_tenant/requests">${words.refresh}</a>
      <button>${words.clear}</button>
    </form>
    !${groups.map((group, index) => groupSection(tenant, group, index === 0))}`
}

function groupSection({ tenantId }: TenantState, group: RequestGroup, isOpen: boolean): string {
  const { at, app, entries } = group
  const failed = entries.filter(({ status = 0 }) => status >= 400).length
  const rows = foldPhotos(entries.slice(0, rowsOfGroup))
  const earlier = entries.length - rowsOfGroup
  return html`<details class="area" ${isOpen ? 'open' : ''}>
    <summary>
      <h2>!${nameOf(group)}</h2>
      <span class="quiet"
        >!${[timeOf(at, 19), html`${app ?? ''}`].filter(Boolean).join(' · ')}</span
      >
      <span class="quiet">${words.count(entries.length)}</span>
      !${failed > 0 ? html`<span class="pill">${words.failed(failed)}</span>` : ''}
    </summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">${words.time}</th>
            <th scope="col">${words.status}</th>
            <th scope="col">${words.request}</th>
          </tr>
        </thead>
        <tbody>
          !${rows.map((row) => (Array.isArray(row) ? photoRow(row) : requestRow(row, tenantId)))}
        </tbody>
      </table>
    </div>
    !${earlier > 0 ? html`<p class="quiet">${words.earlier(earlier)}</p>` : ''}
  </details>`
}

function nameOf({ user, isSignIn }: RequestGroup): string {
  if (user) return html`<bdi>${visibleName(user)}</bdi>`
  return html`${isSignIn ? words.unfinished : words.elsewhere}`
}

/** Puts photo requests that follow each other into one list. */
function foldPhotos(entries: readonly JournalEntry[]): (JournalEntry | JournalEntry[])[] {
  const rows: (JournalEntry | JournalEntry[])[] = []
  for (const entry of entries) {
    const last = rows.at(-1)
    if (entry.endpoint !== 'photo') rows.push(entry)
    else if (Array.isArray(last)) last.push(entry)
    else rows.push([entry])
  }
  return rows.map((row) => (Array.isArray(row) && row.length === 1 ? (row[0] ?? row) : row))
}

/** The photos of a page of users, with how many had which status. */
function photoRow(photos: JournalEntry[]): string {
  const counts = Object.entries(Object.groupBy(photos, ({ status }) => String(status ?? '–')))
  const statuses = counts.map(([status, some = []]) => `${some.length} × ${status}`).join(', ')
  const lines = photos.map(
    ({ method, path, status }) =>
      html`<li><code>${method} ${path}</code> ${status ?? words.unanswered}</li>`,
  )
  return html`<tr>
    <td class="fixed">!${timeOf(photos[0]?.at ?? 0, 23)}</td>
    <td class="fixed">${statuses}</td>
    <td>
      <details>
        <summary>${words.photos(photos.length)}</summary>
        <ul>
          !${lines}
        </ul>
      </details>
    </td>
  </tr>`
}

function requestRow({ at, status, method, path, query }: JournalEntry, tenantId: string): string {
  const names = Object.keys(query)
  const isFailed = status !== undefined && status >= 400
  return html`<tr>
    <td class="fixed">!${timeOf(at, 23)}</td>
    <td class="fixed ${isFailed ? 'failed' : ''}">${status ?? words.unanswered}</td>
    <td>
      <code title="${path}">${method} ${path.replace(tenantId, '{tenant}')}</code>
      !${names.length > 0 ? html`<small class="quiet">${names.join(' ')}</small>` : ''}
    </td>
  </tr>`
}

/** @param end of the ISO time: 19 for seconds, 23 for milliseconds */
function timeOf(at: number, end: number): string {
  const time = new Date(at).toISOString()
  return html`<time datetime="${time}">${time.slice(11, end)}</time>`
}

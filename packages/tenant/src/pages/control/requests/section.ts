/** The tab of the requests: the journal, grouped by sign-in. */

import { html } from 'ghtml'
import { explain } from '../../../control/explanations.ts'
import { groupRequests, type RequestGroup } from '../../../control/request-groups.ts'
import type { JournalEntry } from '../../../journal.ts'
import type { TenantState } from '../../../tenant-state.ts'
import { visibleName } from '../../person.ts'
import { controlWords } from '../words.ts'
import { refusedSection, sourceLink } from './refused.ts'
import { timeOf } from './time.ts'

const words = controlWords.requests

/** The latest entries that are grouped, and the latest rows of one group. */
const groupedEntries = 1_000
const rowsOfGroup = 100

/** @param text only requests whose line has each of its words are listed */
export function requestSection(tenant: TenantState, text = ''): string {
  const all = tenant.journal.entries().slice(-groupedEntries)
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  const entries = all.filter((entry) => wanted.every((word) => lineOf(entry).includes(word)))
  const groups = groupRequests(tenant, entries)
  const shown = html`!${refusedSection(tenant, groups)}
    <p class="quiet">${words.about(entries.length)} <a href="/_tenant/journal">${words.json}</a></p>
    !${groups.map((group, index) => groupSection(tenant, group, index === 0))}`
  const none = text === '' ? words.none : words.noMatch
  return html`!${filterForm(text)}
    <form method="post" action="/_tenant/journal/clear" class="actions start">
      <a class="button" href="/_tenant/requests">${words.refresh}</a>
      <button>${words.clear}</button>
      <button type="button" id="pause" aria-pressed="false" hidden>${words.pause}</button>
    </form>
    <div id="live">!${entries.length === 0 ? html`<p class="quiet">${none}</p>` : shown}</div>`
}

/** What the filter looks at. */
function lineOf({ method, path, status, endpoint, problem, fault, query }: JournalEntry): string {
  const parts = [method, path, status, endpoint, problem?.code, problem?.message, fault]
  return [...parts, ...Object.keys(query)].join(' ').toLowerCase()
}

function filterForm(text: string): string {
  return html`<form method="get" action="/_tenant/requests" role="search" class="filter">
    <label for="requests-q">${words.filter}</label>
    <input
      id="requests-q"
      name="q"
      type="search"
      value="${text}"
      placeholder="${words.placeholder}"
      autocomplete="off"
      spellcheck="false"
      maxlength="100"
    />
    <button>${controlWords.filter.apply}</button>
  </form>`
}

function groupSection({ tenantId }: TenantState, group: RequestGroup, isOpen: boolean): string {
  const { at, app, program, entries } = group
  const failed = entries.filter(({ status = 0 }) => status >= 400).length
  const rows = foldPhotos(entries.slice(0, rowsOfGroup))
  const earlier = entries.length - rowsOfGroup
  const key = entries.at(-1)?.id ?? 0
  return html`<details class="area" ${isOpen ? 'open' : ''} data-key="${key}">
    <summary>
      <h2>!${nameOf(group)}</h2>
      <span class="quiet"
        >!${[timeOf(at, 19), html`${app ?? ''}`, html`${program ?? ''}`].filter(Boolean).join(' · ')}</span
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

function nameOf({ user, isSignIn, isSilent }: RequestGroup): string {
  if (user) return html`<bdi>${visibleName(user)}</bdi>`
  if (isSilent) return html`${words.silent}`
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
      <details data-key="photos ${photos[0]?.id ?? 0}">
        <summary>${words.photos(photos.length)}</summary>
        <ul>
          !${lines}
        </ul>
      </details>
    </td>
  </tr>`
}

function requestRow(entry: JournalEntry, tenantId: string): string {
  const { at, status, method, path, query } = entry
  const names = Object.keys(query)
  const isFailed = status !== undefined && status >= 400
  return html`<tr>
    <td class="fixed">!${timeOf(at, 23)}</td>
    <td class="fixed ${isFailed ? 'failed' : ''}">${status ?? words.unanswered}</td>
    <td>
      <code title="${path}">${method} ${path.replace(tenantId, '{tenant}')}</code>
      !${names.length > 0 ? html`<small class="quiet">${names.join(' ')}</small>` : ''}
      !${whyOf(entry)}
    </td>
  </tr>`
}

/** Why the request was refused, the scenario behind it, and whether the tenant has this address at all. */
function whyOf(entry: JournalEntry): string {
  const problem = explain(entry)
  const { fault, isServed } = entry
  const reason = problem
    ? html`<p class="why"><b>${problem.code}</b> ${problem.message} !${sourceLink(problem)}</p>`
    : ''
  const cause = fault === undefined ? '' : html`<p class="why">${words.fault(fault)}</p>`
  return html`!${reason} !${cause} !${isServed ? '' : html`<p class="why">${words.notServed}</p>`}`
}

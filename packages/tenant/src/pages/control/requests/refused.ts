/** What goes wrong now, and for whom: the latest refused requests by reason, each with the page of Microsoft that has the rule. */

import { html } from 'ghtml'
import { sourceOf } from '../../../control/explanations.ts'
import { requesterOf, type RequestGroup } from '../../../control/request-groups.ts'
import type { JournalEntry } from '../../../journal.ts'
import type { TenantState } from '../../../tenant-state.ts'
import { visibleName } from '../../person.ts'
import { controlWords } from '../words.ts'
import { timeOf } from './time.ts'

const words = controlWords.refused

interface Reason {
  code: string
  message: string
  source: string
  count: number
  /** Names of users and applications. */
  who: Set<string>
  /** The latest, ms since the epoch. */
  at: number
}

const shownReasons = 12
const shownNames = 3

/** A table of reasons, the latest first; empty if nothing was refused. */
export function refusedSection(tenant: TenantState, groups: readonly RequestGroup[]): string {
  const reasons = reasonsOf(tenant, groups).slice(0, shownReasons)
  if (reasons.length === 0) return html`<p class="quiet" role="status">${words.none}</p>`
  return html`<h2>${words.title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">${words.latest}</th>
            <th scope="col">${words.times}</th>
            <th scope="col">${words.reason}</th>
            <th scope="col">${words.who}</th>
          </tr>
        </thead>
        <tbody>
          !${reasons.map(reasonRow)}
        </tbody>
      </table>
    </div>`
}

function reasonRow({ code, message, source, count, who, at }: Reason): string {
  const names = [...who].slice(0, shownNames).map((name) => html`<bdi>${name}</bdi>`)
  const more = who.size > shownNames ? [html`${words.more(who.size - shownNames)}`] : []
  return html`<tr>
    <td class="fixed">!${timeOf(at, 19)}</td>
    <td class="fixed">${count}</td>
    <td><b>${code}</b> ${message} !${sourceLink({ code, message, source })}</td>
    <td class="who">!${[...names, ...more].join(', ') || '–'}</td>
  </tr>`
}

/** A link to Microsoft’s page. */
export function sourceLink({
  code,
  source,
}: {
  code: string
  message: string
  source: string
}): string {
  return html`<a href="${source}" rel="noreferrer" aria-label="${words.sourceOf(code)}"
    >${words.source}</a
  >`
}

function reasonsOf(tenant: TenantState, groups: readonly RequestGroup[]): Reason[] {
  const found = new Map<string, Reason>()
  for (const group of groups) {
    for (const entry of group.entries) {
      if (entry.problem) addTo(found, requesterOf(tenant, group, entry), entry, entry.problem)
    }
  }
  return [...found.values()].toSorted((left, right) => right.at - left.at)
}

function addTo(
  found: Map<string, Reason>,
  { user, app }: ReturnType<typeof requesterOf>,
  { at }: JournalEntry,
  problem: NonNullable<JournalEntry['problem']>,
): void {
  const { code, message } = problem
  const fresh = { code, message, source: sourceOf(problem), count: 0, who: new Set<string>(), at }
  const reason = found.get(code) ?? fresh
  reason.count += 1
  if (at >= reason.at) Object.assign(reason, { at, message })
  if (user) reason.who.add(visibleName(user))
  else if (app !== undefined) reason.who.add(app)
  found.set(code, reason)
}

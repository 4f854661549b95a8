/** What is active now: the list at the top of the control page, and the single faults. */

import { html } from 'ghtml'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import type { Directory } from '../../directory/directory.ts'
import type { TenantState } from '../../tenant-state.ts'
import { visibleName } from '../person.ts'
import { effectLink } from './shows.ts'
import { controlWords } from './words.ts'

const words = controlWords.active

/** Faults that a test or the API set one by one. */
function singleFaults({ faults }: TenantState) {
  return faults.list().filter(({ scenario }) => scenario === undefined)
}

export function countActive(tenant: TenantState, scenarios: readonly ScenarioState[]): number {
  return scenarios.filter(({ active }) => active).length + singleFaults(tenant).length
}

/** What is active, where it shows, and buttons that turn it off. */
export function activeSection(tenant: TenantState, scenarios: readonly ScenarioState[]): string {
  const count = countActive(tenant, scenarios)
  if (count === 0) return html`<p class="now quiet" role="status">${words.none}</p>`
  const rows = scenarios
    .filter(({ active }) => active)
    .map((scenario) => activeRow(tenant, scenario))
  const single = singleFaults(tenant).length
  const faultRow =
    single === 0
      ? ''
      : html`<li>
          <a href="#faults"><b>${words.faults(single)}</b></a>
        </li>`
  return html`<form method="post" action="/_tenant/scenarios/clear" class="now on">
    <h2>${words.title(count)}</h2>
    <button class="primary">${words.clearAll}</button>
    <ul>
      !${rows} !${faultRow}
    </ul>
  </form>`
}

function activeRow(tenant: TenantState, scenario: ScenarioState): string {
  const { id, title } = scenario
  const label = controlWords.scenarios.named(controlWords.scenarios.turnOff, title)
  return html`<li>
    <span>
      <a href="?scenario=${id}#${id}"><b>${title}</b></a>
      <small>!${factsOf(tenant.directory, scenario)}</small>
    </span>
    !${effectLink(tenant, scenario)}
    <button formaction="/_tenant/scenarios/${id}/clear" aria-label="${label}">
      ${controlWords.scenarios.turnOff}
    </button>
  </li>`
}

/** For whom a scenario is, and for how long: markup. */
export function factsOf(directory: Directory, { takesUser, users, left }: ScenarioState): string {
  const duration = left === null ? words.untilCleared : words.left(left)
  return [...(takesUser ? [forUsers(directory, users)] : []), html`${duration}`].join(', ')
}

/** “for Nora Hill”, as markup. @param users object ids or user names; none: all users */
export function forUsers(directory: Directory, users: readonly string[]): string {
  return html`${words.for} !${users.length === 0 ? words.allUsers : namesOf(directory, users)}`
}

const named = 3

function namesOf(directory: Directory, users: readonly string[]): string {
  const names = users.slice(0, named).map((text) => {
    const user = directory.byIdOrName(text)
    return html`<bdi>${user ? visibleName(user) : text}</bdi>`
  })
  const more = users.length - named
  return more > 0 ? html`!${names.join(', ')} ${words.and(more)}` : names.join(', ')
}

/** The faults that a test or the API set one by one, as a table. */
export function faultSection(tenant: TenantState): string {
  const single = singleFaults(tenant)
  if (single.length === 0) return ''
  const rows = single.map(({ at, times, ...what }) => {
    return html`<tr>
      <td class="fixed">${at}</td>
      <td><code>${JSON.stringify(what)}</code></td>
      <td class="fixed">${times ?? words.untilCleared}</td>
    </tr>`
  })
  const { title, about, at, what, left } = controlWords.faults
  return html`<h2 id="faults">${title}</h2>
    <p class="quiet">${about} <code>POST /_tenant/faults</code>.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">${at}</th>
            <th scope="col">${what}</th>
            <th scope="col">${left}</th>
          </tr>
        </thead>
        <tbody>
          !${rows}
        </tbody>
      </table>
    </div>`
}

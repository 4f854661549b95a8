/** The scenarios by area. Each has its own form, with only the fields that it takes. */

import { html } from 'ghtml'
import { areas, type Area } from '../../control/scenarios/scenario.ts'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import type { TenantState } from '../../tenant-state.ts'
import type { FormValues } from './form-values.ts'
import { namesOf } from './sections.ts'

/** @param entered the values for this scenario */
function scenarioRow(
  { directory }: TenantState,
  scenario: ScenarioState,
  entered: FormValues,
): string {
  const { id, title, description, takesUser, users, active, duration } = scenario
  const isDone = duration === 'once' && entered.scenario === id && entered.problem === undefined
  const asked = entered.user === undefined ? [] : [entered.user]
  const names = namesOf(directory, isDone ? asked : users) || 'all users'
  const whose = takesUser ? `for ${names}` : ''
  const path = `/_tenant/scenarios/${id}`
  const verb = duration === 'once' ? 'Do it' : active ? 'Set again' : 'Set'
  return html`<li id="${id}" class="${active ? 'active' : ''}">
    <div>
      <b>${title}</b>
      !${active ? html`<span class="badge">${[whose, leftOf(scenario)].filter(Boolean).join(', ')}</span>` : ''}
      !${isDone ? html`<span class="badge">Done ${whose}</span>` : ''}
      <p>${description}</p>
      <code>${id}</code>
    </div>
    <form method="post" action="${path}#${id}" class="do">
      !${fieldOf(scenario, entered)}
      <button aria-label="${verb}: ${title}">${verb}</button>
      !${
        active
          ? html`<button formaction="${path}/clear" formnovalidate aria-label="Clear: ${title}">
              Clear
            </button>`
          : ''
      }
    </form>
  </li>`
}

function fieldOf(scenario: ScenarioState, { times, user, problem }: FormValues): string {
  const { id, title, duration, takesUser, users, left } = scenario
  const invalid = problem !== undefined
  const message = invalid
    ? html`<p class="problem" id="${id}-problem" role="alert">${problem}</p>`
    : ''
  if (takesUser) {
    const described = invalid ? `${id}-problem` : ''
    return html`<label>
        User
        <input
          name="user"
          aria-label="User: ${title}"
          value="${user ?? users[0] ?? ''}"
          list="people"
          placeholder="all users"
          autocomplete="off"
          spellcheck="false"
          aria-invalid="${invalid}"
          aria-describedby="${described}"
        />
      </label>
      !${message}`
  }
  if (duration !== 'requests') return message
  return html`<label class="times">
      Requests
      <input
        name="times"
        aria-label="Requests: ${title}"
        value="${times ?? left ?? ''}"
        type="number"
        min="1"
        placeholder="until cleared"
        aria-invalid="${invalid}"
        aria-describedby="${invalid ? `${id}-problem` : 'about-times'}"
      />
      <span class="hint" aria-hidden="true">
        A failed GET is asked once more by itself: 2 shows more than 1.
      </span>
    </label>
    !${message}`
}

function leftOf({ left }: ScenarioState): string {
  if (left === null) return 'until cleared'
  return left === 1 ? '1 request left' : `${left} requests left`
}

const suggestedUsers = 25

export function scenarioSection(
  tenant: TenantState,
  scenarios: readonly ScenarioState[],
  entered: FormValues,
): string {
  const people = tenant.directory.users
    .slice(0, suggestedUsers)
    .map((user) => html`<option value="${user.userPrincipalName}">${user.displayName}</option>`)
  return html`<h2 id="scenarios">Scenarios</h2>
    <p class="quiet" id="about-times">
      Requests are counted down; without a number it duration until it is cleared. The application
      asks a failed GET once more by itself, so that 2 shows more than 1.
    </p>
    <datalist id="people">!${people}</datalist>
    !${areas.map((area) => areaSection(tenant, area, scenarios, entered))}`
}

function areaSection(
  tenant: TenantState,
  area: Area,
  scenarios: readonly ScenarioState[],
  entered: FormValues,
): string {
  const own = scenarios.filter((scenario) => scenario.area === area)
  const active = own.filter((scenario) => scenario.active).length
  const isOpen = area !== 'ID token' || active > 0 || own.some(({ id }) => id === entered.scenario)
  return html`<details class="area" ${isOpen ? 'open' : ''}>
    <summary>
      <h3>${area}</h3>
      <span class="quiet">${own.length}${active > 0 ? `, ${active} active` : ''}</span>
    </summary>
    <ul class="scenarios">
      !${own.map((scenario) => scenarioRow(tenant, scenario, scenario.id === entered.scenario ? entered : {}))}
    </ul>
  </details>`
}

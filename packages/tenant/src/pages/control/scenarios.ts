/** The tab of the scenarios: a filter, the popular ones, and all of them by area, each with its own form. */

import { html } from 'ghtml'
import { areas, type Area } from '../../control/scenarios/scenario.ts'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import type { TenantState } from '../../tenant-state.ts'
import { visibleName } from '../person.ts'
import { factsOf, forUsers } from './active.ts'
import type { FormValues } from './form-values.ts'
import { effectLink, popular } from './shows.ts'
import { controlWords } from './words.ts'

const words = controlWords.scenarios
const suggestedUsers = 25

export function scenarioSection(
  tenant: TenantState,
  scenarios: readonly ScenarioState[],
  entered: FormValues,
): string {
  const people = tenant.directory.users
    .slice(0, suggestedUsers)
    .map((user) => html`<option value="${user.userPrincipalName}">${visibleName(user)}</option>`)
  // The row of a popular scenario stays closed if the form stood at the top.
  const ofRow = entered.from === 'popular' ? {} : entered
  return html`!${filterForm(scenarios, entered.q ?? '')}
    <datalist id="people">!${people}</datalist>
    !${popularSection(tenant, scenarios, entered)}
    <h2 id="scenarios">${words.title}</h2>
    !${areas.map((area) => areaSection(tenant, area, scenarios, { ...ofRow, ...(entered.q ? { q: entered.q } : {}) }))}`
}

/** A form, so that it works without scripts; the script filters while the user types. */
function filterForm(scenarios: readonly ScenarioState[], text: string): string {
  const { filter } = controlWords
  const count = scenarios.filter((scenario) => matches(scenario, text)).length
  const found = text === '' ? '' : count === 0 ? filter.none : filter.matches(count)
  return html`<form method="get" action="/_tenant" role="search" class="filter">
    <label for="q">${filter.label}</label>
    <input
      id="q"
      name="q"
      type="search"
      value="${text}"
      placeholder="${filter.placeholder(scenarios.length)}"
      autocomplete="off"
      spellcheck="false"
      maxlength="100"
      aria-keyshortcuts="/"
    />
    <kbd aria-hidden="true" hidden>/</kbd>
    <button>${filter.apply}</button>
    <p
      id="matches"
      role="status"
      data-none="${filter.none}"
      data-one="${filter.matches(1)}"
      data-many="${filter.matches(2)}"
    >
      ${found}
    </p>
  </form>`
}

/** Whether the scenario has every word of the text. `filter.js` does the same. */
function matches(scenario: ScenarioState, text: string): boolean {
  const haystack = searchText(scenario)
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
}

function searchText({ id, area, title, description }: ScenarioState): string {
  return [id, area, title, description].join(' ').toLowerCase()
}

function popularSection(
  tenant: TenantState,
  scenarios: readonly ScenarioState[],
  entered: FormValues,
): string {
  const shown = popular.flatMap((id) => scenarios.find((scenario) => scenario.id === id) ?? [])
  return html`<section id="popular" ${entered.q ? 'hidden' : ''}>
    <h2>${words.popular}</h2>
    <ul class="popular">
      !${shown.map((scenario) => popularCard(tenant, scenario, entered))}
    </ul>
  </section>`
}

function popularCard(
  tenant: TenantState,
  scenario: ScenarioState,
  { from, scenario: sent }: FormValues,
): string {
  const { id, area, title, active, duration } = scenario
  const isDone = duration === 'once' && from === 'popular' && sent === id
  return html`<li class="${active ? 'active' : ''}">
    <span><b>${title}</b> <small class="quiet">${area}</small></span>
    !${isDone ? html`<span class="pill">${words.done}</span>` : ''}
    <form method="post" action="/_tenant/scenarios/${id}">
      <input type="hidden" name="from" value="popular" />
      !${mainButton(scenario, 'popular')} !${effectLink(tenant, scenario)}
    </form>
  </li>`
}

/** Turns a scenario on or off, or runs it. */
function mainButton({ id, title, active, duration }: ScenarioState, from: string): string {
  if (active) {
    return html`<button
      formaction="/_tenant/scenarios/${id}/clear?from=${from}"
      formnovalidate
      aria-label="${words.named(words.turnOff, title)}"
    >
      ${words.turnOff}
    </button>`
  }
  const verb = duration === 'once' ? words.run : words.turnOn
  return html`<button aria-label="${words.named(verb, title)}">${verb}</button>`
}

function areaSection(
  tenant: TenantState,
  area: Area,
  scenarios: readonly ScenarioState[],
  entered: FormValues,
): string {
  const { q = '' } = entered
  const own = scenarios.filter((scenario) => scenario.area === area)
  const found = own.filter((scenario) => matches(scenario, q))
  const active = own.filter((scenario) => scenario.active).length
  const isOpen = q !== '' || own.some(({ id }) => id === entered.scenario)
  const rows = own.map((scenario) => {
    const values = scenario.id === entered.scenario ? entered : {}
    return scenarioRow(tenant, scenario, values, found.includes(scenario))
  })
  return html`<details class="area" ${isOpen ? 'open' : ''} ${found.length === 0 ? 'hidden' : ''}>
    <summary>
      <h3>${area}</h3>
      <span class="quiet">${own.length}</span>
      !${active > 0 ? html`<span class="pill">${words.on(active)}</span>` : ''}
    </summary>
    <ul class="scenarios">
      !${rows}
    </ul>
  </details>`
}

/** @param entered the values for this scenario */
function scenarioRow(
  { directory }: TenantState,
  scenario: ScenarioState,
  entered: FormValues,
  isShown: boolean,
): string {
  const { id, title, description, takesUser, active, duration } = scenario
  const isDone = duration === 'once' && entered.scenario === id && entered.problem === undefined
  const asked = entered.user === undefined ? [] : [entered.user]
  return html`<li
    id="${id}"
    class="${active ? 'active' : ''}"
    data-search="${searchText(scenario)}"
    ${isShown ? '' : 'hidden'}
  >
    <div>
      <b>${title}</b>
      !${active ? html`<span class="pill">!${factsOf(directory, scenario)}</span>` : ''}
      !${
        isDone
          ? html`<span class="pill"
              >${words.done} !${takesUser ? forUsers(directory, asked) : ''}</span
            >`
          : ''
      }
      <p>${description}</p>
      <code>${id}</code>
    </div>
    <form method="post" action="/_tenant/scenarios/${id}#${id}" class="do">
      !${optionsOf(scenario, entered)} !${mainButton(scenario, 'row')}
    </form>
  </li>`
}

/** The fields that a scenario takes, behind a button. Before the main button: Enter in a field means to turn it on. */
function optionsOf(scenario: ScenarioState, entered: FormValues): string {
  const field = fieldOf(scenario, entered)
  if (field === '') return ''
  const { id, title, active } = scenario
  const { problem } = entered
  const isOpen = problem !== undefined || entered.times !== undefined || entered.user !== undefined
  const message =
    problem === undefined
      ? ''
      : html`<p class="problem" id="${id}-problem" role="alert">${problem}</p>`
  const update = html`<button aria-label="${words.named(words.update, title)}">
    ${words.update}
  </button>`
  return html`<details class="options" ${isOpen ? 'open' : ''}>
    <summary aria-label="${words.named(words.options, title)}">${words.options}</summary>
    !${field} !${active ? update : ''} !${message}
  </details>`
}

function fieldOf(scenario: ScenarioState, { times, user, problem }: FormValues): string {
  const { id, title, duration, takesUser, users, left } = scenario
  const invalid = problem !== undefined
  const described = invalid ? `${id}-hint ${id}-problem` : `${id}-hint`
  if (takesUser) {
    return html`<label>
        ${words.user}
        <input
          name="user"
          aria-label="${words.named(words.user, title)}"
          value="${user ?? users[0] ?? ''}"
          list="people"
          placeholder="${controlWords.active.allUsers}"
          autocomplete="off"
          spellcheck="false"
          aria-invalid="${invalid}"
          aria-describedby="${described}"
        />
      </label>
      <small id="${id}-hint">${words.userHint}</small>`
  }
  if (duration !== 'requests') return ''
  return html`<label>
      ${words.requests}
      <input
        name="times"
        aria-label="${words.named(words.requests, title)}"
        value="${times ?? left ?? ''}"
        type="number"
        min="1"
        placeholder="${words.always}"
        aria-invalid="${invalid}"
        aria-describedby="${described}"
      />
    </label>
    <small id="${id}-hint">${words.requestsHint}</small>`
}

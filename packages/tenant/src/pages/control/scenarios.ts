/** One bad day with a form of its own, which asks for nothing that this one does not take. */
import { html } from 'ghtml'
import type { BadDayState } from '../../control/scenarios/scenarios.ts'
import type { World } from '../../world.ts'
import { namesOf } from '../control.ts'
import { type Area, areas } from '../../control/scenarios/scenario.ts'

/** @param entered for this one */
function badDayRow({ directory }: World, day: BadDayState, entered: Entered): string {
  const { id, title, does, takesUser, users, active, lasts } = day
  const isDone = lasts === 'once' && entered.day === id && entered.problem === undefined
  const asked = entered.user === undefined ? [] : [entered.user]
  const names = namesOf(directory, isDone ? asked : users) || 'everybody'
  const whose = takesUser ? `for ${names}` : ''
  const path = `/_tenant/bad-days/${id}`
  const verb = lasts === 'once' ? 'Do it' : active ? 'Set again' : 'Set'
  return html`<li id="${id}" class="${active ? 'active' : ''}">
    <div>
      <b>${title}</b>
      !${active ? html`<span class="badge">${[whose, leftOf(day)].filter(Boolean).join(', ')}</span>` : ''}
      !${isDone ? html`<span class="badge">Done ${whose}</span>` : ''}
      <p>${does}</p>
      <code>${id}</code>
    </div>
    <form method="post" action="${path}#${id}" class="do">
      !${fieldOf(day, entered)}
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

function fieldOf(day: BadDayState, { times, user, problem }: Entered): string {
  const { id, title, lasts, takesUser, users, left } = day
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
          placeholder="everybody"
          autocomplete="off"
          spellcheck="false"
          aria-invalid="${invalid}"
          aria-describedby="${described}"
        />
      </label>
      !${message}`
  }
  if (lasts !== 'requests') return message
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

function leftOf({ left }: BadDayState): string {
  if (left === null) return 'until cleared'
  return left === 1 ? '1 request left' : `${left} requests left`
}

// The bad days, by area.

const suggestedUsers = 25

export function badDaySection(
  world: World,
  days: readonly BadDayState[],
  entered: Entered,
): string {
  const people = world.directory.users
    .slice(0, suggestedUsers)
    .map((user) => html`<option value="${user.userPrincipalName}">${user.displayName}</option>`)
  return html`<h2 id="bad-days">Bad days</h2>
    <p class="quiet" id="about-times">
      Requests are counted down; without a number it lasts until it is cleared. The application asks
      a failed GET once more by itself, so that 2 shows more than 1.
    </p>
    <datalist id="people">!${people}</datalist>
    !${areas.map((area) => areaSection(world, area, days, entered))}`
}

function areaSection(
  world: World,
  area: Area,
  days: readonly BadDayState[],
  entered: Entered,
): string {
  const own = days.filter((day) => day.area === area)
  const active = own.filter((day) => day.active).length
  const isOpen = area !== 'ID token' || active > 0 || own.some(({ id }) => id === entered.day)
  return html`<details class="area" ${isOpen ? 'open' : ''}>
    <summary>
      <h3>${area}</h3>
      <span class="quiet">${own.length}${active > 0 ? `, ${active} active` : ''}</span>
    </summary>
    <ul class="days">
      !${own.map((day) => badDayRow(world, day, day.id === entered.day ? entered : {}))}
    </ul>
  </details>`
}

/** What somebody typed for one bad day, so that the page can show it again. */

export interface Entered {
  /** Id of the bad day. */
  day?: string
  times?: string
  user?: string
  /** Why it cannot be. */
  problem?: string
}

/** @param members of a form or of a query; an empty one counts as absent */
export function enteredOf(members: unknown): Entered {
  if (typeof members !== 'object' || members === null) return {}
  const { day, times, user } = { day: '', times: '', user: '', ...members }
  return {
    ...(isText(day) ? { day } : {}),
    ...(isText(times) ? { times } : {}),
    ...(isText(user) ? { user } : {}),
  }
}

/** The end of the page's address, from which `enteredOf` reads the same. */
export function addressOf({ day = '', times = '', user = '' }: Entered): string {
  const given = Object.entries({ day, times, user }).filter(([, value]) => value !== '')
  return `?${new URLSearchParams(given).toString()}#${day}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

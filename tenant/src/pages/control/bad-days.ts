/** The bad days, by area. One form for all of them: every button says which one it is for. */

import { html } from 'ghtml'
import type { Area } from '../../control/bad-days/bad-day.ts'
import { areas } from '../../control/bad-days/bad-day.ts'
import type { BadDayState } from '../../control/bad-days/board.ts'
import type { World } from '../../world.ts'

const suggestedUsers = 25

export function badDaySection({ directory, faults }: World, days: readonly BadDayState[]): string {
  const active = days.filter((day) => day.active)
  const people = directory.users
    .slice(0, suggestedUsers)
    .map((user) => html`<option value="${user.userPrincipalName}">${user.displayName}</option>`)
  const nothing = active.length === 0 && faults.list().length === 0
  return html`<h2 id="bad-days">Bad days</h2>
    <form method="post" action="/_tenant/bad-days/clear">
      <button disabled hidden></button>
      <div class="set">
        <label>
          For how many requests
          <input name="times" type="number" min="1" placeholder="until cleared" />
        </label>
        <label>
          For which user <small>(where one can be named)</small>
          <input name="user" list="people" placeholder="everybody" autocomplete="off" />
        </label>
        <button ${nothing ? 'disabled' : ''}>Clear everything</button>
      </div>
      <datalist id="people">!${people}</datalist>
      !${summary(active)} !${areas.map((area) => areaSection(area, days))}
    </form>`
}

function summary(active: readonly BadDayState[]): string {
  if (active.length === 0) return html`<p class="quiet">No bad day: everything works.</p>`
  const links = active.map((day) => html`<li><a href="#${day.id}">${day.title}</a></li>`)
  return html`<div class="active-days" role="status">
    <p>Going wrong now</p>
    <ul>
      !${links}
    </ul>
  </div>`
}

function areaSection(area: Area, days: readonly BadDayState[]): string {
  const own = days.filter((day) => day.area === area)
  const active = own.filter((day) => day.active).length
  return html`<details class="area" ${active > 0 || area !== 'ID token' ? 'open' : ''}>
    <summary>
      <h3>${area}</h3>
      <span class="quiet">${own.length}${active > 0 ? `, ${active} active` : ''}</span>
    </summary>
    <ul class="days">
      !${own.map(item)}
    </ul>
  </details>`
}

function item(day: BadDayState): string {
  const { id, title, does, takesUser, active, lasts } = day
  const path = `/_tenant/bad-days/${id}`
  return html`<li id="${id}" class="${active ? 'active' : ''}">
    <div>
      <b>${title}</b> !${active ? html`<span class="badge">${leftOf(day)}</span>` : ''}
      !${lasts === 'once' ? html`<span class="badge done">Done</span>` : ''}
      <p>${does} !${takesUser ? html`<i>Takes a user.</i>` : ''}</p>
      <code>${id}</code>
    </div>
    <div class="do">
      <button formaction="${path}" aria-label="${verbOf(lasts)}: ${title}">${verbOf(lasts)}</button>
      !${
        active
          ? html`<button formaction="${path}/clear" aria-label="Clear: ${title}">Clear</button>`
          : ''
      }
    </div>
  </li>`
}

function verbOf(lasts: BadDayState['lasts']): string {
  return lasts === 'once' ? 'Do it' : 'Set'
}

function leftOf({ left }: BadDayState): string {
  if (left === null) return 'until cleared'
  return left === 1 ? '1 request left' : `${left} requests left`
}

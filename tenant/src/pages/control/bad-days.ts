/** The bad days, by area. */

import { html } from 'ghtml'
import type { Area } from '../../control/bad-days/bad-day.ts'
import { areas } from '../../control/bad-days/bad-day.ts'
import type { BadDayState } from '../../control/bad-days/board.ts'
import type { World } from '../../world.ts'
import { badDayRow } from './bad-day.ts'
import type { Entered } from './entered.ts'

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

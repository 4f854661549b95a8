/** The bar that stays in sight: what is going wrong now, and the end of it. */

import { html } from 'ghtml'
import type { BadDayState } from '../../control/bad-days/board.ts'
import type { World } from '../../world.ts'
import { namesOf } from './names.ts'

export function goingWrong({ directory, faults }: World, days: readonly BadDayState[]): string {
  const active = days.filter((day) => day.active)
  const single = faults.list().filter(({ badDay }) => badDay === undefined).length
  const count = active.length + single
  if (count === 0) return html`<p class="quiet">No bad day: everything works.</p>`
  const links = active.map(({ id, title, users, left }) => {
    const facts = [namesOf(directory, users), left === null ? '' : `${left} left`]
    const known = facts.filter(Boolean).join(', ')
    return html`<li><a href="#${id}">${title}</a>${known && ` (${known})`}</li>`
  })
  const faultLink = html`<li>
    <a href="#faults">${single === 1 ? '1 single fault' : `${single} single faults`}</a>
  </li>`
  return html`<form method="post" action="/_tenant/bad-days/clear" class="now">
    <b>${count} active</b>
    <ul>
      !${links} !${single > 0 ? faultLink : ''}
    </ul>
    <button>Clear everything</button>
  </form>`
}

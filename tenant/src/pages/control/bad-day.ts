/** One bad day with a form of its own, which asks for nothing that this one does not take. */

import { html } from 'ghtml'
import type { BadDayState } from '../../control/bad-days/board.ts'
import type { World } from '../../world.ts'
import type { Entered } from './entered.ts'
import { namesOf } from './names.ts'

/** @param entered for this one */
export function badDayRow({ directory }: World, day: BadDayState, entered: Entered): string {
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

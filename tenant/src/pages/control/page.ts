/** The control page: what this tenant is, what shall go wrong, and what it was asked. */

import { html } from 'ghtml'
import type { BadDayState } from '../../control/bad-days/board.ts'
import type { World } from '../../world.ts'
import { layout } from '../layout.ts'
import type { Page } from '../send-page.ts'
import { badDaySection } from './bad-days.ts'
import type { Entered } from './entered.ts'
import { faultSection } from './faults.ts'
import { goingWrong } from './going-wrong.ts'
import { identitySection } from './identity.ts'
import { journalSection } from './journal.ts'

/** @param entered in the form that led here */
export function controlPage(
  world: World,
  badDays: readonly BadDayState[],
  entered: Entered = {},
): Page {
  const main = html`<h1>Control page</h1>
    <p class="quiet">
      This tenant stands in for Microsoft Entra ID and Microsoft Graph. Everything is in memory.
    </p>
    !${goingWrong(world, badDays)} !${badDaySection(world, badDays, entered)}
    !${faultSection(world)} !${identitySection(world)} !${journalSection(world)}`
  const title = entered.problem === undefined ? 'Control page' : 'That does not work'
  return { html: layout({ title, main, wide: true }) }
}

/** The control page: what this tenant is, what shall go wrong, and what it was asked. */
import { html } from 'ghtml'
import type { BadDayState } from '../../control/scenarios/scenarios.ts'
import type { World } from '../../world.ts'
import { layout, type Page } from '../layout.ts'
import { badDaySection, type Entered } from './scenarios.ts'
import { faultSection, goingWrong, identitySection, journalSection } from '../control.ts'

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

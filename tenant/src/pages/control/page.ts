/** The control page: what this tenant is, what shall go wrong, and what it was asked. */

import { html } from 'ghtml'
import type { BadDayState } from '../../control/bad-days/board.ts'
import type { World } from '../../world.ts'
import { layout } from '../layout.ts'
import type { Page } from '../send-page.ts'
import { badDaySection } from './bad-days.ts'
import { faultSection } from './faults.ts'
import { identitySection } from './identity.ts'
import { journalSection } from './journal.ts'

export function controlPage(world: World, badDays: readonly BadDayState[]): Page {
  const main = html`<h1>Control page</h1>
    <p class="quiet">
      This tenant stands in for Microsoft Entra ID and Microsoft Graph. Everything is in memory.
    </p>
    !${badDaySection(world, badDays)} !${faultSection(world)} !${identitySection(world)}
    !${journalSection(world)}`
  return { html: layout({ title: 'Control page', main, wide: true }) }
}

/** The control page: scenarios, faults, what this tenant is, and its journal. */

import { html } from 'ghtml'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import type { TenantState } from '../../tenant-state.ts'
import { layout, type Page } from '../layout.ts'
import type { FormValues } from './form-values.ts'
import { scenarioSection } from './scenarios.ts'
import { activeFaults, faultSection, identitySection, journalSection } from './sections.ts'

/** @param entered the values of the form that led here */
export function controlPage(
  tenant: TenantState,
  scenarios: readonly ScenarioState[],
  entered: FormValues = {},
): Page {
  const main = html`<h1>Control page</h1>
    <p class="quiet">
      This tenant stands in for Microsoft Entra ID and Microsoft Graph. Everything is in memory.
    </p>
    !${activeFaults(tenant, scenarios)} !${scenarioSection(tenant, scenarios, entered)}
    !${faultSection(tenant)} !${identitySection(tenant)} !${journalSection(tenant)}`
  const title = entered.problem === undefined ? 'Control page' : 'That does not work'
  return { html: layout({ title, main, wide: true }) }
}

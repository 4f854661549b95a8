/** Which scenarios stand at the top of the control page, and where in the app each one shows. */

import { html } from 'ghtml'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import { appAddress } from '../../registry/app-address.ts'
import type { TenantState } from '../../tenant-state.ts'
import { controlWords } from './words.ts'

/** The ones that show most of what an app has to handle. */
export const popular: readonly string[] = [
  'graph-throttled',
  'graph-slow',
  'graph-500',
  'graph-step-up',
  'consent-withdrawn',
  'sessions-revoked',
  'secret-expired',
  'id-token-bad-signature',
]

/** Of the areas whose scenarios show at a sign-in: the ones that show in a session. */
const inSession: readonly string[] = [
  'consent-withdrawn',
  'admin-consent-needed',
  'user-disabled',
  'tokens-revoked',
  'sessions-revoked',
]

/** A link to the page of the app where a scenario shows; empty if the app's address is not known. */
export function effectLink(tenant: TenantState, scenario: ScenarioState): string {
  const app = latestApp(tenant)
  if (!app) return ''
  const { path, name } = app.isGatehouse ? placeOf(scenario) : { path: '', name: words.app }
  return html`<span class="then"
    >${words.thenOpen}
    <a href="${app.home}${path}">${name}<span aria-hidden="true"> →</span></a></span
  >`
}

const words = controlWords.scenarios

/** @returns a path without the slash at its start */
function placeOf({ id, area }: ScenarioState): { path: string; name: string } {
  const isInSession = area === 'Graph' || inSession.includes(id) || id.startsWith('refresh-')
  return isInSession
    ? { path: 'users', name: words.users }
    : { path: 'auth/sign-in', name: words.signIn }
}

/** The application that signed in last, or the first one that is registered. */
export function latestApp({ registry, journal }: TenantState) {
  const latest = journal.entries().findLast(({ endpoint }) => endpoint === 'authorize')
  const { client_id: clientId } = latest?.query ?? {}
  const named = typeof clientId === 'string' ? registry.client(clientId) : undefined
  const client = named ?? registry.clients()[0]
  const address = client && appAddress(client, journal)
  return address && { ...address, name: client.name }
}

/** The control page: what is active, and one tab each for scenarios, requests and the directory. */

import { html } from 'ghtml'
import type { ScenarioState } from '../../control/scenarios/scenarios.ts'
import type { TenantState } from '../../tenant-state.ts'
import { inlineFile, layout, type Page } from '../layout.ts'
import { words as common } from '../words.ts'
import { activeSection, countActive, faultSection } from './active.ts'
import { directorySection } from './directory.ts'
import type { FormValues } from './form-values.ts'
import { requestSection } from './requests/section.ts'
import { scenarioSection } from './scenarios.ts'
import { latestApp } from './shows.ts'
import { controlWords } from './words.ts'

const tabs = ['scenarios', 'requests', 'directory'] as const
export type Tab = (typeof tabs)[number]

const addresses: Record<Tab, string> = {
  scenarios: '/_tenant',
  requests: '/_tenant/requests',
  directory: '/_tenant/directory',
}

const style = inlineFile('style', './control/style.css')
const filter = inlineFile('script', './control/filter.js')
const live = inlineFile('script', './control/requests/live.js')

/** @param entered the values of the form that led here */
export function controlPage(
  tenant: TenantState,
  scenarios: readonly ScenarioState[],
  tab: Tab = 'scenarios',
  entered: FormValues = {},
): Page {
  const content = {
    scenarios: () =>
      html`!${activeSection(tenant, scenarios)} !${scenarioSection(tenant, scenarios, entered)}
      !${faultSection(tenant)} !${filter.element}`,
    requests: () => html`!${requestSection(tenant, entered.q)} !${live.element}`,
    directory: () => directorySection(tenant, entered),
  }[tab]
  const main = html`<h1>${controlWords.title}</h1>
    <p class="quiet">${controlWords.about}</p>
    !${tenantBar(tenant, tab)} !${tabBar(tab, countActive(tenant, scenarios))} !${content()}`
  const title = entered.problem === undefined ? titleOf(tab) : controlWords.problem.title
  const app = latestApp(tenant)
  const aside = app ? html`<a class="button" href="${app.home}">${controlWords.openApp}</a>` : ''
  return {
    html: layout({ title, main, wide: true, head: style.element, aside }),
    styleHashes: [style.hash],
    scriptHashes: [tab === 'requests' ? live.hash : filter.hash],
    connects: tab === 'requests',
  }
}

function titleOf(tab: Tab): string {
  return tab === 'scenarios' ? controlWords.title : controlWords.tabs.names[tab]
}

/** A link for each tenant on the port; nothing if there is one. */
function tenantBar({ tenants, tenantId }: TenantState, tab: Tab): string {
  if (tenants.length === 1) return ''
  const links = tenants.map(
    (one) =>
      html`<a
        href="${addresses[tab].replace('/_tenant', `/_tenant/tenants/${one.tenantId}`)}"
        aria-current="${one.tenantId === tenantId ? 'true' : 'false'}"
        >${one.tenantName} <span class="quiet">${one.domain}</span></a
      >`,
  )
  return html`<nav class="tenants" aria-label="${controlWords.tenants}">!${links}</nav>`
}

function tabBar(current: Tab, active: number): string {
  const { names, active: activeText, label } = controlWords.tabs
  const links = tabs.map((tab) => {
    const count = tab === 'scenarios' && active > 0 ? activeText(active) : undefined
    const mark = count === undefined ? '' : html` <span class="pill">${count}</span>`
    return html`<a href="${addresses[tab]}" aria-current="${tab === current ? 'page' : 'false'}"
      >${names[tab]}!${mark}</a
    >`
  })
  return html`<nav class="tabs" aria-label="${label}">!${links}</nav>`
}

/** The page for a form that was refused. */
export function controlProblemPage(message: string): Page {
  const { title } = controlWords.problem
  const main = html`<h1>${title}</h1>
    <p class="problem" role="alert">${message}</p>
    <p class="actions"><a class="button primary" href="/_tenant">${common.controlPage}</a></p>`
  return { html: layout({ title, main }) }
}

/** The tab of the directory: test accounts by purpose, what an app has to know, and the number of users. */

import { html } from 'ghtml'
import { signInName, type TenantUser } from '../../directory/directory.ts'
import { roleAccounts, testAccounts } from '../../directory/test-accounts.ts'
import { mostUsers } from '../../options.ts'
import { appAddress } from '../../registry/app-address.ts'
import type { Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { person } from '../person.ts'
import { words as common } from '../words.ts'
import { clientEditor, peopleEditor } from './editing.ts'
import type { FormValues } from './form-values.ts'
import { latestApp } from './shows.ts'
import { controlWords } from './words.ts'

const words = controlWords.directory

export function directorySection(tenant: TenantState, entered: FormValues): string {
  const { users } = tenant.directory
  const accounts = [
    ...testAccounts(users).map(({ purpose, user }) => ({ use: common.purposes[purpose], user })),
    ...roleAccounts(users).map(({ role, user }) => ({ use: common.role(role), user })),
  ]
  return html`<h2>${words.accounts}</h2>
    <p class="quiet">${words.accountsHint}</p>
    <ul class="accounts">
      !${accounts.map((account) => accountCard(tenant, account))}
    </ul>
    !${peopleEditor(tenant, entered)} !${clientEditor(tenant, entered)} !${sizeForm(tenant)}
    !${identity(tenant)}`
}

interface Account {
  /** What it is good for. */
  use: string
  user: TenantUser
}

function accountCard(tenant: TenantState, { use, user }: Account): string {
  const app = latestApp(tenant)
  const query = new URLSearchParams({ loginHint: signInName(user) }).toString()
  const link = app?.isGatehouse
    ? html`<a
        href="${app.home}auth/sign-in?${query}"
        aria-label="${controlWords.scenarios.named(words.signInAs, user.userPrincipalName)}"
        >${words.signInAs}<span aria-hidden="true"> →</span></a
      >`
    : ''
  return html`<li>
    <b>${use}</b>
    <div class="person">!${person(user, tenant.directory)}</div>
    !${link}
  </li>`
}

function sizeForm({ directory }: TenantState): string {
  return html`<h2>${words.size}</h2>
    <form method="post" action="/_tenant/users" class="size">
      <label for="count">${words.users(mostUsers.toLocaleString(common.language))}</label>
      <input
        id="count"
        name="count"
        type="number"
        min="1"
        max="${mostUsers}"
        required
        value="${directory.users.length}"
      />
      <button>${words.change}</button>
    </form>`
}

/** Ids, addresses and redirect URIs. */
function identity(tenant: TenantState): string {
  const { tenantId, tenantName, origin, graphOrigin, registry, keys } = tenant
  return html`<h2>${words.identity}</h2>
    <dl>
      <dt>${words.tenant}</dt>
      <dd>${tenantName} <code>${tenantId}</code></dd>
      <dt>${words.authority}</dt>
      <dd><code>${origin}/${tenantId}/v2.0</code></dd>
      <dt>${words.graph}</dt>
      <dd><code>${graphOrigin}/v1.0</code></dd>
      !${registry.clients().map((client) => registration(tenant, client))}
      <dt>${words.signingKey}</dt>
      <dd><code>${keys.current().kid}</code></dd>
    </dl>`
}

function registration({ journal }: TenantState, client: Client): string {
  const home = appAddress(client, journal)?.home
  const name = controlWords.openNamed(client.name)
  return html`<dt>${words.application}</dt>
    <dd>
      ${client.name} <code>${client.clientId}</code>
      !${home === undefined ? '' : html`<a href="${home}">${name}</a>`}
    </dd>
    <dt>${words.redirectUris}</dt>
    <dd>!${client.redirectUris.map((uri) => html`<code>${uri}</code><br />`)}</dd>`
}

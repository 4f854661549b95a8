/** The part of the directory's tab where people and clients are found, edited and added. */

import { html } from 'ghtml'
import { signInName, type TenantUser } from '../../directory/directory.ts'
import type { Entry } from '../../registry/registry.ts'
import type { TenantState } from '../../tenant-state.ts'
import { person, visibleName } from '../person.ts'
import type { FormValues } from './form-values.ts'
import { controlWords } from './words.ts'

const words = controlWords.editing
const shownPeople = 10

export function peopleEditor(tenant: TenantState, { q, user: chosen }: FormValues): string {
  const { directory } = tenant
  const user = chosen === undefined ? undefined : directory.byIdOrName(chosen)
  const found = q === undefined ? [] : directory.find(q, shownPeople)
  const links = found.map(
    (one) =>
      html`<li>
        <a class="person" href="/_tenant/directory?user=${one.id}#edit"
          >!${person(one, directory)}</a
        >
      </li>`,
  )
  return html`<h2>${words.people}</h2>
    <form method="get" action="/_tenant/directory" role="search" class="filter">
      <label for="people-q">${words.find}</label>
      <input id="people-q" name="q" type="search" value="${q ?? ''}" maxlength="100" required />
      <button>${words.search}</button>
    </form>
    !${q !== undefined && found.length === 0 ? html`<p role="status">${words.nobody}</p>` : ''}
    <ul class="accounts">
      !${links}
    </ul>
    !${user ? userForms(tenant, user) : ''} !${newUserForm()}`
}

function userForms({ directory, lockouts }: TenantState, user: TenantUser): string {
  const { id, displayName, jobTitle, department, isAdmin } = user
  const isEnabled = !directory.isDisabled(id)
  return html`<section id="edit" class="edit" aria-labelledby="edit-title">
    <h3 id="edit-title"><bdi>${visibleName(user)}</bdi> <small>${signInName(user)}</small></h3>
    <form method="post" action="/_tenant/users/${id}">
      !${textField('displayName', words.name, displayName)}
      !${textField('jobTitle', words.jobTitle, jobTitle ?? '')}
      !${textField('department', words.department, department ?? '')}
      !${choice('accountEnabled', words.enabled, isEnabled)}
      !${choice('isAdmin', words.admin, isAdmin)}
      <button class="primary">${words.save}</button>
    </form>
    <form method="post" action="/_tenant/revoke">
      <input type="hidden" name="user" value="${id}" />
      <button>${words.revoke}</button>
    </form>
    !${lockouts.lockedUntil(id) === undefined ? '' : unlockForm(id)}
    <form method="post" action="/_tenant/users/${id}/delete">
      <button>${words.remove}</button>
    </form>
  </section>`
}

function unlockForm(id: string): string {
  return html`<form method="post" action="/_tenant/lockouts/${id}/delete">
    <p>${words.locked}</p>
    <button>${words.unlock}</button>
  </form>`
}

function newUserForm(): string {
  return html`<details class="options">
    <summary>${words.add}</summary>
    <form method="post" action="/_tenant/users" class="edit">
      !${textField('userPrincipalName', words.userName, '')}
      !${textField('displayName', words.name, '')}
      <button class="primary">${words.add}</button>
    </form>
  </details>`
}

function textField(name: string, label: string, value: string): string {
  return html`<label
    >${label}
    <input name="${name}" value="${value}" maxlength="256" autocomplete="off" spellcheck="false"
  /></label>`
}

function choice(name: string, label: string, isOn: boolean): string {
  const option = (value: boolean, text: string) =>
    html`<option value="${value}" ${value === isOn ? 'selected' : ''}>${text}</option>`
  return html`<label
    >${label}
    <select name="${name}">
      !${option(true, words.yes)} !${option(false, words.no)}
    </select></label
  >`
}

export function clientEditor({ registry }: TenantState, { client: chosen }: FormValues): string {
  const clients = registry.entries().filter(({ isRegistered }) => isRegistered)
  const links = clients.map(
    ({ application: { appId, displayName } }) =>
      html`<li>
        <a href="/_tenant/directory?client=${appId}#edit-client">${displayName}</a>
        <code>${appId}</code>
      </li>`,
  )
  const entry = clients.find(({ application }) => application.appId === chosen)
  return html`<h2>${words.clients}</h2>
    <ul>
      !${links}
    </ul>
    !${entry ? clientForm(entry) : ''}`
}

function clientForm({ application }: Entry): string {
  const { appId, displayName, web, spa, publicClient } = application
  return html`<section id="edit-client" class="edit" aria-labelledby="client-title">
    <h3 id="client-title">${displayName}</h3>
    <form method="post" action="/_tenant/clients/${appId}">
      !${textField('name', words.name, displayName)}
      !${addresses('web', words.web, web.redirectUris)}
      !${addresses('spa', words.spa, spa.redirectUris)}
      !${addresses('publicClient', words.publicClient, publicClient.redirectUris)}
      <button class="primary">${words.save}</button>
    </form>
  </section>`
}

function addresses(name: string, label: string, uris: readonly string[]): string {
  return html`<label
    >${label}
    <textarea name="${name}" rows="${Math.max(2, uris.length)}" spellcheck="false">
!${uris.map((uri) => html`${uri}`).join('\n')}</textarea>
  </label>`
}

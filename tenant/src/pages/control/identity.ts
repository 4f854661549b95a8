/** What an application has to know of this tenant, and how large its directory is. */

import { html } from 'ghtml'
import { mostUsers } from '../../options.ts'
import type { World } from '../../world.ts'

export function identitySection({
  tenantId,
  tenantName,
  origin,
  registry,
  directory,
  keys,
}: World): string {
  const registrations = registry.clients().map(
    (client) =>
      html`<dt>Application</dt>
        <dd>${client.name} <code>${client.clientId}</code></dd>
        <dt>Redirect URIs</dt>
        <dd>!${client.redirectUris.map((uri) => html`<code>${uri}</code><br />`)}</dd>`,
  )
  return html`<h2>This tenant</h2>
    <dl>
      <dt>Tenant</dt>
      <dd>${tenantName} <code>${tenantId}</code></dd>
      <dt>Authority</dt>
      <dd><code>${origin}/${tenantId}/v2.0</code></dd>
      <dt>Graph</dt>
      <dd><code>${origin}/v1.0</code></dd>
      !${registrations}
      <dt>Users</dt>
      <dd>${directory.users.length}</dd>
      <dt>Signing key</dt>
      <dd><code>${keys.current().kid}</code></dd>
    </dl>
    <form method="post" action="/_tenant/users" class="size">
      <label for="count">Users in the directory, 1 to ${mostUsers}</label>
      <input
        id="count"
        name="count"
        type="number"
        min="1"
        max="${mostUsers}"
        required
        value="${directory.users.length}"
      />
      <button>Change</button>
    </form>`
}

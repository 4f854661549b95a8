/** The example of the documents. A test starts a tenant with it and signs in. */

import type { ConfigFile } from '../src/config/schema.ts'

export const exampleConfig: ConfigFile = {
  $schema: './node_modules/@gatehouse/tenant/dist/config/tenant.schema.json',
  users: 50,
  clients: [
    {
      name: 'Web app',
      clientId: '4f6f4d0e-2a6b-4e0c-8f55-0c6d5a1b2c3d',
      secrets: ['local-only'],
      web: { redirectUris: ['http://localhost:3000/callback'] },
      appRoles: [{ value: 'Orders.Approver' }],
      groupMembershipClaims: 'SecurityGroup',
    },
    { name: 'Page', spa: { redirectUris: ['http://localhost:5173/'] } },
    {
      name: 'Orders API',
      identifierUris: ['api://orders'],
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: [
          { value: 'Orders.Read' },
          { value: 'Orders.Admin', type: 'Admin' },
        ],
      },
    },
  ],
  people: [
    { userPrincipalName: 'nora.hill@local-tenant.example', jobTitle: 'Buyer' },
    { userPrincipalName: 'sam@local-tenant.example', displayName: 'Sam', groups: ['Buyers'] },
  ],
  groups: [{ displayName: 'Buyers', members: ['nora.hill@local-tenant.example'] }],
  appRoleAssignments: [{ role: 'Orders.Approver', group: 'Buyers' }],
  consents: [{ client: 'Page', scopes: ['openid', 'profile', 'User.Read'] }],
  tenants: [{ domain: 'fabrikam.example', tenantName: 'Fabrikam' }],
}

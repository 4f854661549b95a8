/** Microsoft Graph's delegated permissions, with the ids that Microsoft publishes. https://learn.microsoft.com/graph/permissions-reference */

import { adminScopes, scopeWords } from '../../entra/scopes.ts'
import { stableGuid } from '../../registry/stable-guid.ts'

const published: Readonly<Record<string, string>> = {
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
  email: '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
  offline_access: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
  'User.Read': 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  'User.ReadWrite': 'b4e74841-8e56-480b-be8b-910348b18b4c',
  'User.ReadBasic.All': 'b340eb25-3456-403f-be2f-af7a0d370277',
  'User.Read.All': 'a154be20-db9c-4678-8ab7-66f6cc099a59',
  'Directory.Read.All': '06da0dbc-49e2-44d2-8312-53f166ab848a',
  'Application.ReadWrite.All': 'bdfbf15f-ee85-4955-8675-146e8e5296b5',
  'DelegatedPermissionGrant.ReadWrite.All': '41ce6ca6-6826-4807-84f1-1c82854f7ee5',
  'Group.Read.All': '5f8c59db-677d-491f-a6b8-5f174b11ec1d',
  'Mail.Read': '570282fd-fa5c-430d-a7fd-fc8dc98a9dca',
  'Mail.Send': 'e383f46e-2787-4529-855e-0e479a3ffac0',
  'Calendars.Read': '465a38f9-76ea-45b9-9f34-9e8b0d4b0b42',
  'Calendars.ReadWrite': '1ec239c2-d7c9-4623-a91a-a9775856bb36',
  'Presence.Read': '76bc735e-aecd-4a1d-8b4c-2b915deabb79',
}

export function graphScopes() {
  return Object.entries(scopeWords).map(([value, words]) => ({
    id: published[value] ?? stableGuid(`scope ${value}`),
    value,
    type: adminScopes.has(value) ? 'Admin' : 'User',
    isEnabled: true,
    adminConsentDisplayName: words,
    adminConsentDescription: words,
    userConsentDisplayName: words,
    userConsentDescription: words,
  }))
}

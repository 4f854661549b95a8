/** The registration with which a fresh clone signs in: fixed, public, and of use on the local tenant only. */

import type { ClientRegistration } from './clients.ts'

export const localTenantId = '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390'

export const localClient: ClientRegistration = {
  clientId: '2b8e6d14-73af-4c59-8e01-c4d95a3f7b62',
  clientSecret: 'local-tenant-only-not-a-secret',
  name: 'Gatehouse (local)',
  redirectUris: ['http://localhost:5173/auth/redirect', 'http://localhost:5173/signed-out'],
  appRoles: ['Directory.Reader', 'Directory.Auditor'],
}

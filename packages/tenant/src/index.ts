/** The local tenant: a stand-in for Microsoft Entra ID and Microsoft Graph on one loopback port. */
export {
  createTenant,
  type ClientRegistration,
  type Fault,
  type FurtherTenant,
  type Tenant,
  type TenantHandle,
  type TenantOptions,
  type TenantUser,
} from './tenant.ts'
export { localPassword } from './directory/directory.ts'
export { generateUsers } from './directory/generate.ts'
export { idTokenVariants } from './faults/id-token.ts'
export { commandLineClientId, localClient, localTenantId } from './registry/built-in.ts'

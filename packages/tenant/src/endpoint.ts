/** The endpoints that the journal names and that faults can be set at. */
export const endpoints = [
  'discovery',
  'keys',
  'authorize',
  'token',
  'logout',
  'adminconsent',
  'devicecode',
  'devicelogin',
  'me',
  'users',
  'photo',
  'groups',
  'organization',
  'applications',
  'servicePrincipals',
  'oauth2PermissionGrants',
  'orders',
] as const

export type Endpoint = (typeof endpoints)[number]

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint
  }
}

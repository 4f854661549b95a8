/** The places of the tenant that the journal names and that a fault can be set at. */
export const endpoints = [
  'discovery',
  'keys',
  'authorize',
  'token',
  'logout',
  'adminconsent',
  'me',
  'users',
  'photo',
  'groups',
  'organization',
] as const

export type Endpoint = (typeof endpoints)[number]

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint
  }
}

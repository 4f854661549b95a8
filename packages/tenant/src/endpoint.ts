/** The endpoints that the journal names and that faults can be set at, and what errors of their APIs have in common. */
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
  'userinfo',
  'directory',
  'batch',
  'files',
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

/** An error that an API of the tenant answers with. Each API has its own kind, and its own form of the body. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

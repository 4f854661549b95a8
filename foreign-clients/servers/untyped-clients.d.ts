/** The members in use here of clients without types of their own. */

declare module 'passport-microsoft' {
  import type { Strategy as PassportStrategy } from 'passport'

  type Done = (error: Error | null, user?: object) => void
  type Verify = (accessToken: string, refreshToken: string, profile: unknown, done: Done) => void

  export class Strategy extends PassportStrategy {
    constructor(options: object, verify: Verify)
  }
}

declare module 'passport-azure-ad' {
  import type { Strategy as PassportStrategy } from 'passport'

  export interface Profile {
    oid: string
    displayName: string
  }

  export interface SignedIn {
    profile: Profile
    accessToken: string
    refreshToken: string
  }

  type Done = (error: Error | null, user?: object, info?: object) => void

  export class OIDCStrategy extends PassportStrategy {
    constructor(
      options: object,
      verify: (
        iss: string,
        sub: string,
        profile: Profile,
        accessToken: string,
        refreshToken: string,
        done: Done,
      ) => void,
    )
  }

  export class BearerStrategy extends PassportStrategy {
    constructor(options: object, verify: (token: object, done: Done) => void)
  }
}

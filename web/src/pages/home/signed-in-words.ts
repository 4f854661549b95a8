import { translated } from '../../languages/translated.ts'

/** The texts of the home page, signed in. */
export const signedInWords = translated('homeSignedIn', {
  hello: 'Hello,',
  status: (organisation: string) => `You’re signed in to ${organisation}`,
  until: (time: string) => `Session ends at ${time}`,
  localTenant: 'the local test tenant',
  yourOrganisation: 'your organisation',
  who: 'Who you are',
  organisation: 'Organisation',
  tenantId: 'Tenant id',
  objectId: 'Object id',
  noOrganisation: '–',
  session: 'Your session',
  left: 'left',
  bar: (left: string) => `Time left in this session: ${left}`,
  thenSignIn: 'Then you sign in again.',
  began: 'Began',
  ends: 'Ends',
  signInBy: 'Sign-in required by',
  bound: 'Bound to this device.',
  claims: 'Your ID token',
  claimsText: 'Every claim in your token, explained.',
  users: 'Directory',
  usersText: 'Search people in your organisation with Microsoft Graph.',
})

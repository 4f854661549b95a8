/** Why a sign-in failed, in words for the user. Each says what is known, and no more. */
import type { ReactNode } from 'react'
import { translated } from '../../languages/translated.ts'

/** By the code of the back end. */
export const problems = translated('signInProblems', {
  failed: {
    title: 'Sign-in didn’t work',
    text: 'It stopped with an error that this app doesn’t know.',
  },
  not_verified: {
    title: 'This sign-in couldn’t be verified',
    text: 'The answer to it failed a security check, so this app refused it.',
  },
  expired: {
    title: 'Sign-in timed out or was interrupted',
    text: 'It took too long, was interrupted, or was finished already. Start again to get to your page.',
  },
  invalid_link: {
    title: 'This sign-in link doesn’t work',
    text: 'It asks for something that this app doesn’t offer. Nothing was shared. Sign in here instead.',
  },
  cookies_blocked: {
    title: 'Cookies seem to be blocked',
    text: 'Your browser didn’t send back the cookie that signing in needs. Allow cookies for this site, then try again.',
  },
  cancelled: {
    title: 'Sign-in cancelled',
    text: 'You went back, or the request was declined. Nothing was shared.',
  },
  denied: {
    title: 'Your organisation blocked this sign-in',
    text: 'It may require a different device, location or account, or your account may be blocked. Your administrator can tell you more.',
  },
  consent_required: {
    title: 'This app needs your permission',
    text: 'What this app needs hasn’t been granted yet.',
  },
  admin_consent_required: {
    title: 'An administrator has to approve this app',
    text: 'Microsoft doesn’t let you grant what this app needs yourself.',
  },
  password: {
    title: 'Your password needs attention',
    text: 'It has expired, has to be changed, or wasn’t accepted. Sign in again and follow Microsoft’s steps. If that doesn’t help, your administrator can reset it.',
  },
  step_up: {
    title: 'Microsoft needs to verify it’s you',
    text: 'It asks for one more step, such as a code on your phone.',
  },
  not_assigned: {
    title: 'You’re not assigned to this app',
    text: 'Your organisation gives this app to chosen people. Ask your administrator to add you.',
  },
  other_organisation: {
    title: 'That account can’t be used here',
    text: 'This app is for the accounts of certain organisations, and that one isn’t among them.',
  },
  misconfigured: {
    title: 'This app isn’t set up correctly',
    text: 'The developer needs to fix it.',
  },
  app_unavailable: {
    title: 'This app can’t sign you in right now',
    text: 'Its server can’t read or store sessions at the moment.',
  },
  unavailable: {
    title: 'Microsoft sign-in is unavailable',
    text: 'Microsoft’s sign-in service gave no usable answer.',
  },
  unreachable: {
    title: 'This app can’t reach Microsoft',
    text: 'Its server has no connection to Microsoft’s sign-in service.',
  },
})

/** Who can fix it. */
export const owners = translated('problemOwners', {
  line: (name: ReactNode): ReactNode[] => ['Who can fix it: ', name],
  user: 'You',
  administrator: 'Your administrator',
  /** In place of the text of a problem. */
  administratorFixes: 'An administrator of your organisation needs to fix it.',
  developer: 'The developer of this app',
  temporary: 'Usually temporary. If it continues, contact the app’s developer.',
  unknown: 'If it continues, contact the app’s developer.',
})

export const actions = translated('problemActions', {
  tryAgain: 'Try again',
  startAgain: 'Start again',
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  continue: 'Continue',
  reviewPermissions: 'Review permissions',
  anotherAccount: 'Use another account',
  copyForAdministrator: 'Copy details for your administrator',
  copyForDeveloper: 'Copy details for the developer',
  forAdministrator: 'If Microsoft asks for an administrator, send them these details.',
  openDoctor: 'Open Doctor',
  details: 'Details',
})

/** For a user who has a session. */
export const signedIn = translated('problemSignedIn', {
  title: (name: string) => `You’re already signed in as ${name}`,
  text: 'Nothing needs to be done here.',
  still: (name: ReactNode): ReactNode[] => ['You’re still signed in as ', name, '.'],
})

/** For the developer. */
export const development = translated('problemDevelopment', {
  title: 'Shown in development only',
  unknown: 'The server’s log has what is known of it, under the request id.',
  code: 'Code',
  setting: 'Setting',
})

/** The names of the details that an administrator or support needs. */
export const details = translated('problemDetails', {
  app: 'App',
  appAt: (app: string, origin: string) => `${app}, ${origin}`,
  problem: 'Problem',
  aadsts: 'Microsoft’s code',
  fix: 'What to do',
  portal: 'Page in the Entra admin center',
  requestId: 'Request id',
  correlationId: 'Correlation id',
  traceId: 'Trace id',
  at: 'Time of the failure',
  clientId: 'Client id',
  tenant: 'Tenant',
  permissions: 'Permissions',
  adminConsentUrl: 'Link to approve the app',
})

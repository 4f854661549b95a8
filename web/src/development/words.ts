import { translated } from '../languages/translated.ts'

/** The mark of the local tenant in the bar, and what it opens. */
export const pillWords = translated('localTenant', {
  title: 'Local tenant',
  noAccounts: 'No real accounts: everyone here is generated.',
  failing: 'Turned on now',
  nothingFails: 'No failures active.',
  notKnown: 'The local tenant didn’t answer.',
  controlPage: 'Control page',
  doctor: 'Doctor',
})

/** The card that leads a developer on. */
export const startWords = translated('getStarted', {
  title: 'Get started',
  what: 'This is Gatehouse: Microsoft Entra sign-in for React. Tokens stay on the server.',
  read: 'Read more in',
  and: 'and',
  done: (count: number, all: number) => `${count} of ${all} done`,
  isDone: 'Done:',
  isOpen: 'To do:',
})

/** Its steps: what to do, and how. */
export const stepWords = translated('steps', {
  signIn: 'Sign in as a test user',
  signInText: 'Choose anyone in the account list. There are no passwords.',
  signInOwn: 'Sign in',
  signInOwnText: 'With an account of your tenant.',
  token: 'Read your ID token',
  tokenText: 'Every claim in it, explained.',
  tokenLink: 'Open ID token',
  breakIt: 'Break something',
  breakText: 'Turn a failure on, see what your users would see, and ask Doctor.',
  breakOwnText: 'The local tenant does this. It runs while no tenant is configured.',
  breakLink: 'Open the control page',
  connect: 'Connect your tenant',
  connectText: 'One command registers the app and writes the configuration.',
  ownPage: 'Add your own page and API',
  ownPageText: 'Three new files and a few lines, step by step.',
})

/** What is configured. */
export const panelWords = translated('forDevelopers', {
  title: 'For developers',
  local: 'You’re on the built-in local tenant: 250 generated people, nothing to set up.',
  own: 'In your app registration, add exactly this redirect URI under Web.',
  signedOut: 'Pages that need sign-in return 401 until you sign in.',
  doctorLead: 'Not working? Doctor checks your setup and tells you what to fix.',
  controlPage: 'Control page',
  doctor: 'Doctor',
  openDoctor: 'Open Doctor',
  registration: 'Open the app registration',
  tenant: 'Tenant',
  clientId: 'Client id',
  redirectUri: 'Redirect URI',
  checking: 'Doctor is checking…',
  checked: (passed: number, all: number) => `${passed} of ${all} checks passed`,
  notChecked: 'Doctor didn’t answer.',
  askedTooOften: 'Doctor checks a few times a minute at most. Look again in a moment.',
  copyCommand: 'Copy command',
  copyPath: 'Copy path',
})

/** Names of files and commands, in no other language. */
export const names = {
  readme: 'README.md',
  docs: 'docs/',
  register: 'npm run register',
  recipe: 'docs/add-a-page-and-an-api.md',
} as const

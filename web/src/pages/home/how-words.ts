import { translated } from '../../languages/translated.ts'

/** How signing in works: three stations, and what travels between them. */
export const howWords = translated('howItWorks', {
  title: 'How signing in works',
  browser: 'Your browser',
  browserHolds: 'One encrypted cookie',
  browserText: 'It is hidden from scripts, and only the server can read it.',
  cookie: 'cookie',
  server: 'This app’s server',
  serverHolds: 'Keeps the tokens',
  serverText: 'Signs you in, stores your tokens encrypted and calls Microsoft Graph for you.',
  tokens: 'code, then tokens',
  entra: 'Entra ID and Graph',
  entraHolds: 'Verifies who you are',
  entraText: 'Microsoft checks your password and returns only what you’re allowed to see.',
  yours: (name: string, bytes: number) => `Yours: ${name}, ${bytes} bytes, HttpOnly`,
  loading: '…',
})

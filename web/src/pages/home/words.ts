import { translated } from '../../languages/translated.ts'

/** The texts of the home page, signed out. */
export const words = translated('home', {
  signedOut: 'Signed out',
  title: 'Sign in with Microsoft Entra. Keep the tokens on the server.',
  lead: 'See your ID token explained and browse your directory. Your browser never holds a token.',
  accounts: 'Work or school accounts only.',
})

/** The card that counts what scripts can read. */
export const noTokensWords = translated('noTokens', {
  none: 'No tokens in this browser',
  some: (count: number) =>
    count === 1 ? '1 token found in this browser' : `${count} tokens found in this browser`,
  text: 'Everything a script on this page can read, counted live. The session cookie isn’t included because scripts can’t see it.',
  badge: (count: number) => `${count} found`,
  badgeNone: '0 tokens',
  notCounted: '–',
  tryIt: 'Try it yourself',
})

/** Where scripts look for tokens. */
export const placeWords = translated('places', {
  cookies: 'Cookies visible to scripts',
  local: 'Local storage',
  session: 'Session storage',
  databases: 'IndexedDB',
  caches: 'Cache storage',
})

import { translated } from './languages/translated.ts'

/** The titles of the pages, which are also the texts of their links in the bar. */
export const titleWords = translated('titles', {
  home: 'Home',
  claims: 'ID token',
  users: 'Users',
  sessions: 'Your sessions',
  signedOut: 'Signed out',
  signInProblem: 'Sign-in problem',
  doctor: 'Doctor',
  notFound: 'Page not found',
})

/** For the developer of index.html, and in no other language. */
export const noRoot = 'index.html has no element with the id "root".'

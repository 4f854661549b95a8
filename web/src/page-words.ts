/** The titles of the pages, which are also the texts of their links in the bar. */
export const titleWords = {
  home: 'Home',
  claims: 'ID token',
  users: 'Users',
  sessions: 'Your sessions',
  signedOut: 'Signed out',
  signInProblem: 'Sign-in problem',
  doctor: 'Doctor',
  notFound: 'Page not found',
} as const

/** For the developer of index.html. */
export const startWords = {
  noRoot: 'index.html has no element with the id "root".',
} as const

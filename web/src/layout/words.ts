/** The texts of the frame around every page. */
export const words = {
  brand: 'Gatehouse',
  skip: 'Skip to content',
  pages: 'Pages',
} as const

export const accountWords = {
  title: 'Account',
  signIn: 'Sign in',
  microsoftAccount: 'Manage your Microsoft account',
  sessions: 'Your sessions',
  signOut: 'Sign out',
  signOutFailed: 'We couldn’t sign you out. You’re still signed in: try again.',
} as const

export const themeWords = {
  title: 'Theme',
  system: 'System',
  light: 'Light',
  dark: 'Dark',
} as const

/** In place of a page that crashed, or whose code could not be fetched. */
export const crashWords = {
  title: 'This page has crashed',
  text: 'It isn’t your fault. Reload the page. If it keeps happening, send us the details below.',
  reload: 'Reload',
  details: 'Details',
  offline: 'You are offline',
  offlineText: 'The page will load when you’re back online.',
} as const

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

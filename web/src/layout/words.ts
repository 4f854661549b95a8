import { translated } from '../languages/translated.ts'

/** The texts of the frame around every page. */
export const words = translated('frame', {
  skip: 'Skip to content',
  pages: 'Pages',
})

export const accountWords = translated('account', {
  title: 'Account',
  signIn: 'Sign in',
  microsoftAccount: 'Manage your Microsoft account',
  sessions: 'Your sessions',
  signOut: 'Sign out',
  signOutFailed: 'We couldn’t sign you out. You’re still signed in: try again.',
})

export const themeWords = translated('theme', {
  title: 'Theme and language',
  theme: 'Theme',
  language: 'Language',
  system: 'System',
  light: 'Light',
  dark: 'Dark',
})

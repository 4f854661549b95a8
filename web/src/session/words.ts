/** The texts about the session: signing in, its end, and the check of it. */
import type { ReactNode } from 'react'
import { translated } from '../languages/translated.ts'

/** In place of a protected page, for a signed-out user. */
export const signInNeeded = translated('signInNeeded', {
  title: 'Sign in to see this page',
  signedOut: 'You’ve signed out.',
  ended: 'Your session has ended.',
  text: 'We’ll bring you back here after you sign in.',
  withMicrosoft: 'Sign in with Microsoft',
})

/** The warning before the end. */
export const toast = translated('sessionToast', {
  label: 'Session',
  ends: (clock: ReactNode): ReactNode[] => ['Your session ends in ', clock],
  endsForGood: (clock: ReactNode): ReactNode[] => [
    'Your session ends in ',
    clock,
    '. You’ll have to sign in again.',
  ],
  announcement: (time: string) => `Your session ends in ${time}. You can extend it.`,
  announcementForGood: (time: string) =>
    `Your session ends in ${time}. You’ll have to sign in again.`,
  minutes: (count: number) => `${count} minutes`,
  oneMinute: 'one minute',
  lessThanAMinute: 'less than a minute',
  extend: 'Extend session',
  extended: 'You stay signed in.',
  failed: 'That didn’t work. Try again.',
  dismiss: 'Dismiss',
})

/** While the server has not said whether the session is still there. */
export const check = translated('sessionCheck', {
  title: 'Checking your session',
  text: 'The server hasn’t answered yet. If you’re still signed in, this page comes back as soon as it does.',
  again: 'Try again now',
})

/** After the end. */
export const end = translated('sessionEnd', {
  title: 'Sign in again to continue',
  text: 'Your session has ended. You’ll come back to this page, with your search kept.',
  signIn: 'Sign in again',
})

import { translated } from '../../languages/translated.ts'

/** The notice after a sign-out. */
export const signedOutWords = translated('signedOut', {
  title: 'You’re signed out of this app.',
  notStored: 'The server couldn’t store this yet and will do so as soon as it can.',
  onlyHere: 'You may still be signed in to Microsoft: we couldn’t end that session.',
  sharedComputer: 'On a shared computer, close all browser windows.',
})

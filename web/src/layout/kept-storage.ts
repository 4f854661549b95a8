import { storageName } from '@gatehouse/react'

/** The theme that was chosen. */
export const themeKey = storageName('theme')

/** The language that was chosen in place of the browser's. */
export const languageKey = storageName('language')

/** The steps of *Get started* that were done in this browser, in development. */
export const stepsKey = storageName('get-started')

/** What a sign-out leaves in local storage: it belongs to the computer, and says nothing about the user. */
export const keptInStorage = [themeKey, languageKey, stepsKey]

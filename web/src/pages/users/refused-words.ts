import { translated } from '../../languages/translated.ts'

/** A directory that this user may not list, or not in this way. */
export const words = translated('usersRefused', {
  title: 'You can’t list this directory',
  guest:
    'You’re a guest in this organisation, and guests often aren’t allowed to list its directory.',
  other: 'Microsoft Graph doesn’t allow it for your account. Your administrator can tell you why.',
  withPermission: (reason: string, inWords: string, name: string) =>
    `${reason} This page needs “${inWords}” (${name}).`,
  searchTitle: 'This search isn’t possible',
  search: 'Microsoft Graph didn’t accept it. Search for something else.',
})

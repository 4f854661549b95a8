/**
 * What permissions of Microsoft Graph allow, in words for the user or the administrator who consents. The browser
 * imports this file for its value.
 */
export const permissionWords: Readonly<Record<string, string>> = {
  'User.Read': 'Read your own profile',
  'User.ReadBasic.All': 'See the names and addresses of the people in your organisation',
  'User.Read.All': 'Read the profiles of the people in your organisation',
  'User.ReadWrite.All': 'Read and change the profiles of the people in your organisation',
  'People.Read': 'See whom you work with',
  'Presence.Read.All': 'See who is available',
  'Directory.Read.All': 'Read your organisation’s directory',
  'Organization.Read.All': 'Read the facts about your organisation',
  'Group.Read.All': 'Read the groups of your organisation and what is in them',
  'GroupMember.Read.All': 'See who is in which group',
  'Mail.Read': 'Read your mail',
  'Mail.Send': 'Send mail as you',
  'Calendars.Read': 'Read your calendar',
  'Calendars.ReadWrite': 'Read and change your calendar',
  'Contacts.Read': 'Read your contacts',
  'Files.Read': 'Read your files',
  'Files.Read.All': 'Read every file that you can open',
  'Sites.Read.All': 'Read every site that you can open',
  'Tasks.Read': 'Read your tasks',
}

const graph = 'https://graph.microsoft.com/'

/**
 * A permission in words, or its name if there are none for it.
 *
 * @param scope with or without Graph's address
 * @param words in the reader's language
 */
export function permissionText(scope: string, words = permissionWords): string {
  const name = scope.startsWith(graph) ? scope.slice(graph.length) : scope
  return Object.hasOwn(words, name) ? (words[name] ?? name) : name
}

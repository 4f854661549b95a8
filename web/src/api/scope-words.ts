/** What the permissions of Microsoft Graph let this app do, in words for whoever has to agree to them. */
const words = new Map([
  ['User.Read', 'Read your own profile'],
  ['User.ReadBasic.All', 'See the names and addresses of the people in your organisation'],
  ['User.Read.All', 'Read the profiles of the people in your organisation'],
  ['User.ReadWrite.All', 'Read and change the profiles of the people in your organisation'],
  ['People.Read', 'See whom you work with'],
  ['Presence.Read.All', 'See who is available'],
  ['Directory.Read.All', 'Read your organisation’s directory'],
  ['Organization.Read.All', 'Read the facts about your organisation'],
  ['Group.Read.All', 'Read the groups of your organisation and what is in them'],
  ['GroupMember.Read.All', 'See who is in which group'],
  ['Mail.Read', 'Read your mail'],
  ['Mail.Send', 'Send mail as you'],
  ['Calendars.Read', 'Read your calendar'],
  ['Calendars.ReadWrite', 'Read and change your calendar'],
  ['Contacts.Read', 'Read your contacts'],
  ['Files.Read', 'Read your files'],
  ['Files.Read.All', 'Read every file that you can open'],
  ['Sites.Read.All', 'Read every site that you can open'],
  ['Tasks.Read', 'Read your tasks'],
])

const graph = 'https://graph.microsoft.com/'

/** One permission in words; its own name where nobody has found better ones. */
export function scopeWords(scope: string): string {
  const name = scope.startsWith(graph) ? scope.slice(graph.length) : scope
  return words.get(name) ?? name
}

/** Several of them, each in quotes: "“Read your mail” and “Read your files”". */
export function scopesInWords(scopes: readonly string[]): string {
  const quoted = scopes.map((scope) => `“${scopeWords(scope)}”`)
  return new Intl.ListFormat('en').format(quoted)
}

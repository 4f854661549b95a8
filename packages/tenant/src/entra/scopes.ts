/** The scopes that this tenant knows: OpenID's, and Graph's delegated permissions. */

import { EntraError } from './errors.ts'

export const openIdScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/** The words for a scope on the consent page. */
export const scopeWords: Readonly<Record<string, string>> = {
  openid: 'Sign you in',
  profile: 'See your name and user name',
  email: 'See your e-mail address',
  offline_access: 'Keep the access that you have given it, also while you are away',
  'User.Read': 'Read your profile',
  'User.ReadWrite': 'Read and change your profile',
  'User.ReadBasic.All': 'Read the name, e-mail address and photo of everybody in the organisation',
  'User.Read.All': 'Read the full profile of everybody in the organisation',
  'Directory.Read.All': 'Read everything in the directory',
  'Directory.ReadWrite.All': 'Read and change everything in the directory',
  'Application.Read.All': 'Read all applications',
  'Application.ReadWrite.All': 'Read and change all applications',
  'DelegatedPermissionGrant.ReadWrite.All': 'Change which permissions applications have',
  'Organization.Read.All': 'Read about the organisation',
  'Group.Read.All': 'Read all groups',
  'GroupMember.Read.All': 'Read who belongs to which group',
  'People.Read': 'See the people that matter to you',
  'Presence.Read': 'See whether you are available',
  'Mail.Read': 'Read your mail',
  'Mail.Send': 'Send mail as you',
  'Calendars.Read': 'Read your calendars',
  'Calendars.ReadWrite': 'Read and change your calendars',
  'Contacts.Read': 'Read your contacts',
  'Files.Read': 'Read your files',
  'Tasks.Read': 'Read your tasks',
}

/** Only an administrator can consent to these. Entra has more such scopes; the tenant lets users consent to those that only read. */
export const adminScopes: ReadonlySet<string> = new Set([
  'Directory.ReadWrite.All',
  'Application.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
])

const known = new Map(Object.keys(scopeWords).map((scope) => [scope.toLowerCase(), scope]))
const graphResources = ['https://graph.microsoft.com/', '00000003-0000-0000-c000-000000000000/']
const defaultScope = '.default'

/**
 * The scopes of a space-separated list, in the tenant's spelling, each once.
 *
 * @throws EntraError 70011, 650053 or 500011
 */
export function parseScopes(text: string): string[] {
  const asked = text.split(' ').filter(Boolean).map(withoutResource)
  const graph = asked.filter((scope) => !isOpenId(scope))
  if (graph.includes(defaultScope) && graph.length > 1) {
    throw new EntraError(70011, { message: `${defaultScope} cannot be asked for beside others.` })
  }
  return [...new Set(asked.flatMap(knownScopes))]
}

export function isOpenId(scope: string): boolean {
  return openIdScopes.some((openIdScope) => openIdScope === scope)
}

function withoutResource(scope: string): string {
  const resource = graphResources.find((prefix) => scope.toLowerCase().startsWith(prefix))
  return resource ? scope.slice(resource.length) : scope
}

function knownScopes(scope: string): string[] {
  if (scope === defaultScope) return ['User.Read']
  const spelled = known.get(scope.toLowerCase())
  if (spelled) return [spelled]
  if (/^[a-z]+:\/\//i.test(scope)) throw new EntraError(500011)
  throw new EntraError(650053, { message: `The scope '${scope}' does not exist on the resource.` })
}

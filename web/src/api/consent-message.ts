import { permissionText } from '@gatehouse/contract/permission-words'
import type { ApiProblem } from '@gatehouse/react'
import { words } from './consent-words.ts'

/** What a page needs and was not granted. An administrator is named only if Microsoft says that the user cannot. */
export function consentMessage({
  scopes,
  adminConsent,
}: Pick<ApiProblem, 'scopes' | 'adminConsent'>) {
  const quoted = scopes.map((scope) => words.quoted(permissionText(scope)))
  return {
    title: adminConsent ? words.titleForAdministrator : words.title,
    text: scopes.length ? words.text(new Intl.ListFormat('en').format(quoted)) : words.textWithout,
  }
}

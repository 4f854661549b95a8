/** What the page says if Microsoft Graph refuses the list. */
import { useQuery } from '@tanstack/react-query'
import { type ApiProblem, apiQuery } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import type { MessageOverrides } from '../../api/error-messages.ts'
import { permissionText } from '../../api/permission-words.ts'
import { words } from './refused-words.ts'

/** The least that lists a directory. */
const permission = 'User.ReadBasic.All'

/**
 * Guests are called so only if their token says it: Graph refuses other people as well, and does not say why.
 *
 * @returns undefined while it is not known whether the user is a guest
 */
export function useRefusedMessages(
  error: ApiProblem | null,
  search: string,
): MessageOverrides | undefined {
  const isRefused = error?.code === 'forbidden'
  const { data: me, isFetching } = useQuery({ ...apiQuery(api.me), enabled: isRefused })
  if (isRefused && !me && isFetching) return undefined
  return refusedMessages(me?.guest === true, Boolean(search && error?.api))
}

/** @param isSearch whether Graph refused a search, such as a lone symbol */
export function refusedMessages(isGuest: boolean, isSearch: boolean): MessageOverrides {
  const reason = isGuest ? words.guest : words.other
  return {
    forbidden: {
      title: words.title,
      text: words.withPermission(reason, permissionText(permission), permission),
      permissions: [permission],
    },
    ...(isSearch && { invalid_request: { title: words.searchTitle, text: words.search } }),
  }
}

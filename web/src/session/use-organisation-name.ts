import { useQuery } from '@tanstack/react-query'
import { apiQuery } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'

/** The name of the user's organisation; undefined while it loads, null if there is none. */
export function useOrganisationName(): string | null | undefined {
  // It changes once in years, so it is never fetched again.
  const { data, isError } = useQuery({ ...apiQuery(api.organisation), staleTime: Infinity })
  return isError ? null : data?.name
}

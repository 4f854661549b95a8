import { useQuery } from '@tanstack/react-query'
import { api } from '@gatehouse/shared/paths'
import { apiQuery } from '@gatehouse/react'

/** What the user's organisation is called; undefined while nobody has said, null if nobody will. */
export function useOrganisationName(): string | null | undefined {
  // It changes once in years, and a page is complete without it.
  const { data, isError } = useQuery({ ...apiQuery(api.organisation), staleTime: Infinity })
  return isError ? null : data?.name
}

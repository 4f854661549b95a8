import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from './call.ts'
import type { ApiProblem } from './api-problem.ts'

/** What identifies an answer of the API in the cache, and how to get it. */
export function apiQuery<T>(path: string) {
  return queryOptions<T, ApiProblem>({
    queryKey: ['api', path],
    queryFn: ({ signal }) => call<T>(path, { signal }),
  })
}

/** `const claims = useApi<Claims>(api.claims)`: the data, or the error, or neither while it loads. */
export function useApi<T>(path: string) {
  return useQuery(apiQuery<T>(path))
}

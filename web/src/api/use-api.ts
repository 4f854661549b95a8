import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ApiAnswers } from '@gatehouse/shared/answers'
import { call } from './call.ts'
import type { ApiProblem } from './api-problem.ts'

/** What identifies an answer of the API in the cache, and how to get it. */
export function apiQuery<Path extends keyof ApiAnswers>(path: Path) {
  return queryOptions<ApiAnswers[Path], ApiProblem>({
    queryKey: ['api', path],
    queryFn: ({ signal }) => call<ApiAnswers[Path]>(path, { signal }),
  })
}

/**
 * `const claims = useApi(api.claims)`: the data, or the error, or neither while it loads.
 *
 * @param path one that `shared/src/answers.ts` lists, which is where the data's type comes from
 */
export function useApi<Path extends keyof ApiAnswers>(path: Path) {
  return useQuery(apiQuery(path))
}

import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../api/api-problem.ts'
import { retryDelay, shouldRetry } from '../api/retry.ts'
import { setSignedOut } from './session.ts'

/** The cache of everything the API answered, and the one place where a 401 is dealt with. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ApiProblem && error.code === 'sign_in_required') setSignedOut(client)
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Without a connection a request fails, and says so, instead of waiting for one in silence.
      queries: { staleTime: 60_000, retry: shouldRetry, retryDelay, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}

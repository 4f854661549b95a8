import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../api/api-problem.ts'
import { restarts, retryDelay, shouldRetry } from '../api/retry.ts'
import { knownIdentity, setSignedOut } from './session.ts'

/** The cache of everything the API answered, and the one place where a 401 is dealt with. */
export function createQueryClient(): QueryClient {
  // Which session a call was made in: its 401 may come when there is another one. Questions need no
  // such note, as they go with their session; see `forgetOthers`.
  const madeIn = new WeakMap<object, string>()
  const onError = (error: unknown, session: string | undefined) => {
    const signedOut = error instanceof ApiProblem && error.code === 'sign_in_required'
    if (signedOut && session === knownIdentity(client)) setSignedOut(client, 'ended')
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => onError(error, knownIdentity(client)) }),
    mutationCache: new MutationCache({
      onMutate: (_variables, mutation) => void madeIn.set(mutation, knownIdentity(client)),
      onError: (error, _variables, _result, mutation) => onError(error, madeIn.get(mutation)),
    }),
    defaultOptions: {
      // Without a connection a request fails, and says so, instead of waiting for one in silence.
      queries: {
        staleTime: 60_000,
        retry: shouldRetry,
        retryDelay,
        networkMode: 'always',
        ...restarts,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}

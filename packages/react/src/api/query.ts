import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiProblem, retryAt } from './call.ts'
import { knownIdentity, setSignedOut } from '../session/session.ts'

/** The cache of all answers of the API, and the one place that handles a 401. */
export function createQueryClient(): QueryClient {
  // The session in which each mutation started: its 401 may arrive in another session. Queries need no
  // such record, because they are removed with their session; see `clearOtherUsers`.
  const startedIn = new WeakMap<object, string>()
  const onError = (error: unknown, session: string | undefined) => {
    const signedOut = error instanceof ApiProblem && error.code === 'sign_in_required'
    if (signedOut && session === knownIdentity(client)) setSignedOut(client, 'ended')
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => onError(error, knownIdentity(client)) }),
    mutationCache: new MutationCache({
      onMutate: (_variables, mutation) => void startedIn.set(mutation, knownIdentity(client)),
      onError: (error, _variables, _result, mutation) => onError(error, startedIn.get(mutation)),
    }),
    defaultOptions: {
      // `always`: a request without a connection fails and shows why. The default waits in silence.
      queries: {
        staleTime: 60_000,
        retry: shouldRetry,
        retryDelay,
        networkMode: 'always',
        ...refetchPolicy,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}

/** The longest wait before an automatic retry, in seconds. After a longer one the user decides. */
const maxRetryAfter = 30

/** Whether to retry automatically. A deliberate refusal would be repeated, so it is final. */
export function shouldRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiProblem) || !isTransient(error)) return false
  if (error.retryAfter && error.retryAfter > maxRetryAfter) return false
  const once = error.retryAfter !== undefined || error.code === 'too_many_requests'
  return failures < (once ? 1 : 2)
}

/** How long to wait before a retry, in ms: the server's Retry-After, or one second and then two. */
export function retryDelay(failures: number, error: unknown): number {
  const retryAfter = error instanceof ApiProblem ? error.retryAfter : undefined
  return retryAfter === undefined ? 1000 * 2 ** failures : retryAfter * 1000
}

/** A timeout is not transient: after such a long wait the user is told, and decides. */
function isTransient({ code, status }: ApiProblem): boolean {
  return code === 'unreachable' || [429, 502, 503].includes(status)
}

/** The part of a query that `refetchPolicy` needs. */
type QueryLike = { state: { status: string; error: unknown } }

/** When a query may fetch again by itself. */
export const refetchPolicy = {
  // A failed query stays failed on focus: a refusal would be repeated, and a busy server is left alone.
  refetchOnWindowFocus: ({ state }: QueryLike) => state.status !== 'error',
  refetchOnReconnect: ({ state }: QueryLike) => asProblem(state.error)?.status === 0,
  // A page that is opened again fetches again, but not before the time that the server named.
  retryOnMount: ({ state }: QueryLike) => {
    const problem = asProblem(state.error)
    return !problem || retryAt(problem) <= Date.now()
  },
}

function asProblem(error: unknown): ApiProblem | undefined {
  return error instanceof ApiProblem ? error : undefined
}

import {
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query'
import { ApiProblem, call, openAgainAt } from './call.ts'
import { knownIdentity, setSignedOut } from './session.ts'

/**
 * Where an app says what its API answers, by path:
 *
 *     declare module '@gatehouse/react' {
 *       interface Register {
 *         answers: { '/api/me': Me }
 *       }
 *     }
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- it is filled by the app
export interface Register {}

type Answers = Register extends { answers: infer Known } ? Known : Record<string, unknown>

/** What identifies an answer of the API in the cache, and how to get it. */
export function apiQuery<Path extends keyof Answers>(path: Path) {
  return queryOptions<Answers[Path], ApiProblem>({
    queryKey: ['api', path],
    queryFn: ({ signal }) => call<Answers[Path]>(path, { signal }),
  })
}

/**
 * `const claims = useApi(api.claims)`: the data, or the error, or neither while it loads.
 *
 * @param path one that `Register` lists, which is where the data's type comes from
 */
export function useApi<Path extends keyof Answers>(path: Path) {
  return useQuery(apiQuery(path))
}

/** The longest wait that a person is left with before *Try again* is theirs to press, in seconds. */
const longestWait = 30

/** Whether to ask again by ourselves. What the server refused on purpose, it refuses again. */
export function shouldRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiProblem) || !passes(error)) return false
  if (error.retryAfter && error.retryAfter > longestWait) return false
  const once = error.retryAfter !== undefined || error.code === 'too_many_requests'
  return failures < (once ? 1 : 2)
}

/** How long to wait before that, in ms: what the server asked for, or a second and then two. */
export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiProblem ? error.retryAfter : undefined
  return asked === undefined ? 1000 * 2 ** failures : asked * 1000
}

/** A timeout is not among them: who has waited that long wants to be told, and to decide. */
function passes({ code, status }: ApiProblem): boolean {
  return code === 'unreachable' || [429, 502, 503].includes(status)
}

/** When a query may start again without being told to. */
export const restarts = {
  // A refusal stays one while the window is away, and a busy server is left in peace.
  refetchOnWindowFocus: ({ state }: Asked) => state.status !== 'error',
  refetchOnReconnect: ({ state }: Asked) => problemOf(state.error)?.status === 0,
  // A page that is opened again asks again, unless the server named a time.
  retryOnMount: ({ state }: Asked) => {
    const problem = problemOf(state.error)
    return !problem || openAgainAt(problem) <= Date.now()
  },
}

/** As much of a query as these decisions need. */
type Asked = { state: { status: string; error: unknown } }

function problemOf(error: unknown): ApiProblem | undefined {
  return error instanceof ApiProblem ? error : undefined
}

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

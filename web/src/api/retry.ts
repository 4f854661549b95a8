import { ApiProblem, openAgainAt } from './api-problem.ts'

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

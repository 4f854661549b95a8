import { ApiProblem, readProblem } from './api-problem.ts'

type Options = { method?: 'GET' | 'POST' | 'DELETE'; signal?: AbortSignal }

/** The back end gives up on Microsoft after 10 s; who has not answered in three times that, will not. */
const longestMs = 30_000

/**
 * Calls our own back end and gives its JSON; undefined where the answer is 204, which has none.
 *
 * @throws ApiProblem for every answer that is not 2xx JSON, and when there is none
 */
export async function call<T>(path: string, { method = 'GET', signal }: Options = {}): Promise<T> {
  const response = await send(path, method, signal)
  if (!response.ok) throw await readProblem(response)
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch (cause) {
    throw new ApiProblem('unreadable', response.status, { cause })
  }
}

async function send(path: string, method: string, signal?: AbortSignal): Promise<Response> {
  // A header of our own makes a cross-site request impossible: the browser would ask the server first.
  const headers = { accept: 'application/json', ...(method === 'GET' ? {} : { 'x-csrf': '1' }) }
  const late = AbortSignal.timeout(longestMs)
  try {
    return await fetch(path, {
      method,
      headers,
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    if (late.aborted) throw new ApiProblem('no_answer', 0, { cause })
    throw new ApiProblem(navigator.onLine ? 'unreachable' : 'offline', 0, { cause })
  }
}

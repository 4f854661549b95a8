import { ApiProblem, readProblem } from './api-problem.ts'

type Options = { method?: 'GET' | 'POST' | 'DELETE'; signal?: AbortSignal }

/**
 * Calls our own back end and gives its JSON.
 *
 * @throws ApiProblem for every answer that is not 2xx JSON, and when there is none
 */
export async function call<T>(path: string, { method = 'GET', signal }: Options = {}): Promise<T> {
  const response = await send(path, method, signal)
  if (!response.ok) throw await readProblem(response)
  try {
    return (await response.json()) as T
  } catch (cause) {
    throw new ApiProblem('unreadable', response.status, { cause })
  }
}

async function send(path: string, method: string, signal?: AbortSignal): Promise<Response> {
  // A header of our own makes a cross-site request impossible: the browser would ask the server first.
  const headers = { accept: 'application/json', ...(method === 'GET' ? {} : { 'x-csrf': '1' }) }
  try {
    return await fetch(path, { method, headers, ...(signal ? { signal } : {}) })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiProblem('offline', 0, { cause })
  }
}

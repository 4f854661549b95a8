import type { InteractionReason, Problem, ProblemCode } from '@gatehouse/contract/problem'
import { ownPath } from './safe-address.ts'

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

/**
 * `offline`: this device has no connection. `unreachable`: the request did not get through.
 * `no_answer`: nothing came back in time. `unreadable`: the answer was not what the contract says.
 */
export type FailureCode = ProblemCode | 'offline' | 'unreachable' | 'no_answer' | 'unreadable'

/** What every failed call to the API throws. */
export class ApiProblem extends Error {
  readonly code: FailureCode
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number
  readonly requestId: string | undefined
  /** In seconds, as the server asked for. */
  readonly retryAfter: number | undefined
  /** The downstream API that failed; undefined where it was this app or Entra. */
  readonly api: string | undefined
  readonly reason: InteractionReason | undefined
  /** Where `interaction_required` is solved: a path of ours. */
  readonly signInUrl: string | undefined
  /** The permissions that are missing, with the reason `consent`. */
  readonly scopes: readonly string[]
  /** When it happened, in ms by this browser's clock. */
  readonly at = Date.now()

  constructor(
    code: FailureCode,
    status: number,
    more: { problem?: Partial<Problem>; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(more.problem?.title ?? code, { cause: more.cause })
    this.name = 'ApiProblem'
    this.code = code
    this.status = status
    this.requestId = more.problem?.requestId
    this.retryAfter = more.retryAfter
    this.api = more.problem?.api
    this.reason = more.problem?.reason
    this.signInUrl = ownPath(more.problem?.signInUrl)
    this.scopes = more.problem?.scopes ?? []
  }
}

/** The problem that an error answer carries. A proxy on the way may have answered with something else. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = seconds(response.headers.get('retry-after'))
  const problem = await readBody(response)
  if (!problem?.code) return new ApiProblem('unreadable', response.status, { retryAfter })
  return new ApiProblem(problem.code, response.status, { problem, retryAfter })
}

/** When the server may be asked again, in ms by this browser's clock; the past where it did not say. */
export function openAgainAt({ at, retryAfter = 0 }: ApiProblem): number {
  return at + retryAfter * 1000
}

async function readBody(response: Response): Promise<Partial<Problem> | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json'))
    return undefined
  try {
    return (await response.json()) as Partial<Problem>
  } catch {
    return undefined
  }
}

/** Retry-After in its form of seconds (RFC 9110, section 10.2.3); no server of ours sends the other one. */
function seconds(header: string | null): number | undefined {
  return header && /^\d{1,6}$/.test(header) ? Number(header) : undefined
}

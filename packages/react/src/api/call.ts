import type { Method } from '@gatehouse/contract/endpoint'
import { api } from '@gatehouse/contract/paths'
import type {
  FieldError,
  InteractionReason,
  Problem,
  ProblemCode,
} from '@gatehouse/contract/problem'
import type { Session } from '@gatehouse/contract/session'
import { appAddress, ownAddress } from '../safe-address.ts'
import { failureSentWithPage, forgetSentAnswers } from './sent-with-page.ts'

interface CallOptions {
  method?: Method
  /** Sent as JSON. */
  body?: unknown
  /** The version that the caller has seen, for the header If-Match: an ETag, or its text without quotes. */
  ifMatch?: string
  /** Names a change, for the server to make it once: any ASCII text without quotes and backslashes. */
  idempotencyKey?: string
  signal?: AbortSignal
}

/** Three times the 10 s after which the back end gives up on Microsoft. */
const timeoutMs = 30_000

/** How long the browser is given to prove the device before a request is sent once more, in ms. */
const provenAfterMs = 300

/**
 * Calls the app's own back end. An answer that lacks the proof of the device (`device_proof_required`) is asked for once
 * more after a moment, also for a change: the server did nothing, and what is sent is text, which can be sent again.
 *
 * @param path a path of this app, without the one under which it is served
 * @returns the JSON of the answer; undefined for a 204
 * @throws ApiProblem for every answer that is not 2xx JSON, and if there is no answer
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { method = 'GET' } = options
  // Answers that came with the page and that nothing has asked for yet are of before the change.
  if (method !== 'GET') forgetSentAnswers()
  const failure = failureSentWithPage(path)
  let answer = failure ? problemOf(failure) : await ask(path, options)
  if (lacksDeviceProof(path, answer)) {
    await pause(provenAfterMs, options.signal)
    // If its signal is aborted by now, nothing is sent.
    answer = await ask(path, options)
  }
  if (answer instanceof ApiProblem) throw answer
  return answer as T
}

/**
 * @returns the JSON of the answer, undefined for a 204, or the problem of any other one
 * @throws ApiProblem if there is no answer, or only a part of one
 */
async function ask(path: string, options: CallOptions): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    // A connection breaks on the way of an answer as well: a part of one is no answer.
    return await read(await send(path, options, timeout))
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    const isOffline = !navigator.onLine
    const code = timeout.aborted ? 'no_answer' : isOffline ? 'offline' : 'unreachable'
    throw new ApiProblem(code, 0, { cause })
  }
}

async function read(response: Response): Promise<unknown> {
  if (!response.ok) return readProblem(response)
  if (response.status === 204) return undefined
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    return new ApiProblem('unreadable', response.status, { cause })
  }
}

/** The session itself is told to everybody: without the proof as one that this request may not see. */
function lacksDeviceProof(path: string, answer: unknown): boolean {
  if (answer instanceof ApiProblem) return answer.code === 'device_proof_required'
  return path === api.session && isUnproven(answer as Session)
}

/** Whether the next request may see the session that this answer keeps back. */
export function isUnproven(session: Session | undefined): boolean {
  return session?.signedIn === false && session.deviceProof === 'missing'
}

/** Ends early if the signal does. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => resolve())
  })
}

async function send(
  path: string,
  { method = 'GET', body, ifMatch, idempotencyKey, signal }: CallOptions,
  timeout: AbortSignal,
): Promise<Response> {
  const headers = {
    accept: 'application/json',
    // A custom header prevents cross-site requests: the browser would send a preflight request first.
    ...(method === 'GET' ? {} : { 'x-csrf': '1' }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(ifMatch === undefined ? {} : { 'if-match': entityTag(ifMatch) }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }),
  }
  return fetch(appAddress(path), {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  })
}

/** RFC 9110, section 8.8.3. Graph's own tags are passed on as they are. */
function entityTag(version: string): string {
  return /^(?:W\/)?"/.test(version) ? version : `"${version}"`
}

/**
 * A code of the contract, or one of the browser's own. `offline`: this device has no connection.
 * `unreachable`: the request did not get through. `no_answer`: no answer came in time. `unreadable`: the
 * answer does not follow the contract.
 */
export type FailureCode = ProblemCode | 'offline' | 'unreachable' | 'no_answer' | 'unreadable'

/** The error of every failed call to the API. */
export class ApiProblem extends Error {
  readonly code: FailureCode
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number
  readonly requestId: string | undefined
  /** The server's Retry-After, in seconds. */
  readonly retryAfter: number | undefined
  /** The downstream API that failed; undefined if it was this app or Entra. */
  readonly api: string | undefined
  /** What people call that API; undefined if its operator gave it no name. */
  readonly apiName: string | undefined
  readonly reason: InteractionReason | undefined
  /** Where `interaction_required` is solved: an address of this app. */
  readonly signInUrl: string | undefined
  /** The missing permissions, with the reason `consent`. */
  readonly scopes: readonly string[]
  /** Only an administrator can grant them. */
  readonly adminConsent: boolean
  /** What is wrong with the request, by field; see `fieldErrors`. */
  readonly errors: readonly FieldError[]
  /** The app roles of which the user needs one. */
  readonly roles: readonly string[]
  /** The ids of the groups of which the user has to be in one. */
  readonly groups: readonly string[]
  /** When it happened, in ms by the browser's clock. */
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
    this.apiName = more.problem?.apiName
    this.reason = more.problem?.reason
    this.signInUrl = ownAddress(more.problem?.signInUrl)
    this.scopes = more.problem?.scopes ?? []
    this.adminConsent = more.problem?.adminConsent === true
    this.errors = more.problem?.errors ?? []
    this.roles = more.problem?.roles ?? []
    this.groups = more.problem?.groups ?? []
  }
}

/** When the server accepts another request, in ms by the browser's clock; in the past if it did not say. */
export function retryAt({ at, retryAfter = 0 }: ApiProblem): number {
  return at + retryAfter * 1000
}

/** The problem of an error answer; `unreadable` if it has none, such as the HTML of a proxy. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const { status, headers } = response
  const retryAfter = headers.get('retry-after') ?? undefined
  return problemOf({ status, retryAfter, body: await readBody(response) })
}

type Failure = { status: number; retryAfter?: string | undefined; body: unknown }

function problemOf({ status, body, ...failure }: Failure): ApiProblem {
  const retryAfter = seconds(failure.retryAfter)
  const problem = body as Partial<Problem> | undefined
  if (!problem?.code) return new ApiProblem('unreadable', status, { retryAfter })
  return new ApiProblem(problem.code, status, { problem, retryAfter })
}

async function readBody(response: Response): Promise<unknown> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json'))
    return undefined
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/** Retry-After in seconds (RFC 9110, section 10.2.3). The back end never sends the other form, a date. */
function seconds(header: string | undefined): number | undefined {
  return header && /^\d{1,6}$/.test(header) ? Number(header) : undefined
}

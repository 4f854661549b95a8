/** One downstream API: its connections, its limits, and a second attempt where that is safe. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DownstreamApiConfig } from '../config/index.ts'
import { ProblemError } from '../problem.ts'
import { createExchange, wasReset, type Answer, type Call } from './exchange.ts'
import type { CallSignal } from './signal.ts'
import { createTurns, LineFull } from './turns.ts'
import { apiProblem } from './api-problem.ts'

export interface Api {
  name: string
  scopes: readonly string[]
  /**
   * @param user whose turn it takes
   * @returns whatever the API answered
   * @throws ProblemError where it did not, or where too many calls wait for it
   */
  send(call: Call, user: string, accessToken: string, signal: CallSignal): Promise<Answer>
  close(): Promise<void>
}

/** For one call, whatever happens meanwhile. Graph answers in well under a second; nobody waits longer. */
export const totalMs = 10_000
/** A page of 100 users is about 30 kB. */
export const maxBytes = 4 * 1024 * 1024
/** As many connections as calls: what has a turn never waits behind another one's answer. */
export const limits = { atOnce: 256, atOncePerUser: 64, inLine: 4096, inLinePerUser: 512 }
/** Between two attempts, ms: so that a thousand calls that failed together do not come back together. */
const pause = { min: 50, max: 250 }

export function createApi(name: string, { baseUrl, scopes }: DownstreamApiConfig): Api {
  const exchange = createExchange({ name, baseUrl, connections: limits.atOnce, maxBytes })
  const turns = createTurns(limits)

  async function attempt(call: Call, user: string, accessToken: string, signal: CallSignal) {
    const turn = turns.enter(user, signal)
    if (turn) await turn
    try {
      return await exchange.send(call, accessToken, signal)
    } finally {
      turns.leave(user)
    }
  }

  return {
    name,
    scopes,
    send: async (call, user, accessToken, signal) => {
      const send = () => attempt(call, user, accessToken, signal)
      try {
        return await twice(call, send)
      } catch (error) {
        throw error instanceof LineFull ? busy(name, error) : error
      }
    },
    close: () => exchange.close(),
  }
}

/** A read that failed on the way, or at a gateway in front of the API, is tried once more. */
async function twice({ method }: Call, send: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await send()
    if (method !== 'GET' || !isBriefFailure(answer)) return answer
  } catch (error) {
    if (method !== 'GET' || !(error instanceof ProblemError) || !wasReset(error)) throw error
  }
  await sleep(pause.min + Math.random() * (pause.max - pause.min))
  return send()
}

/** An API that says when to come back means it: then the caller hears that. */
function isBriefFailure({ status, headers }: Answer): boolean {
  return status >= 502 && status <= 504 && headers['retry-after'] === undefined
}

function busy(name: string, cause: Error): ProblemError {
  return apiProblem(name, 'too_many_requests', 'gets too many calls at once', {
    cause,
    retryAfterS: 1,
  })
}

/** Holds the faults that are set, and finds those that apply to a request. */

import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { Fault, FaultKind, FaultOf } from './fault.ts'

export interface Faults {
  set(fault: Fault): void
  /** Removes all faults, or those of one endpoint. */
  clear(at?: Endpoint): void
  /** Removes the faults of a scenario. */
  clearScenario(id: string): void
  list(): readonly Fault[]
  /** Returns the first fault of these kinds for the request, and counts it as used. For the tenant's handlers. */
  consume<K extends FaultKind>(
    at: Endpoint,
    kinds: readonly K[],
    request: FastifyRequest,
  ): FaultOf<K> | undefined
}

/** These answer the request in place of the handler, so only the first one that was set applies. */
const answering: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'respond',
  'respondWith',
  'hang',
  'reset',
  'drip',
  'huge',
  'aadsts',
  'graphError',
])

export function createFaults(): Faults {
  let faults: { fault: Fault; left: number }[] = []
  return {
    set: (fault) => void faults.push({ fault, left: fault.times ?? Infinity }),
    clear: (at) => void (faults = at ? faults.filter(({ fault }) => fault.at !== at) : []),
    clearScenario: (id) => void (faults = faults.filter(({ fault }) => fault.scenario !== id)),
    list: () =>
      faults.map(({ fault, left }) => (left === Infinity ? fault : { ...fault, times: left })),
    consume(at, kinds, request) {
      const met = faults.filter(({ fault }) => fault.at === at && (fault.when?.(request) ?? true))
      const answer = met.find(({ fault }) => answering.has(fault.kind))
      const consumed = met.find((entry) => isOneOf(entry.fault, kinds) && isNext(entry, answer))
      if (!consumed || !isOneOf(consumed.fault, kinds)) return undefined
      consumed.left -= 1
      // Absent in a request that the journal does not keep.
      if (request.journalEntry) {
        request.journalEntry.fault = consumed.fault.scenario ?? consumed.fault.kind
      }
      faults = faults.filter(({ left }) => left > 0)
      return consumed.fault
    },
  }
}

function isNext(entry: { fault: Fault }, answer: { fault: Fault } | undefined): boolean {
  return !answering.has(entry.fault.kind) || entry === answer
}

function isOneOf<K extends FaultKind>(fault: Fault, kinds: readonly K[]): fault is FaultOf<K> {
  return kinds.some((kind) => kind === fault.kind)
}

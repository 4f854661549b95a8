/** The faults that are set, and which of them a request meets. */

import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { Fault, FaultKind, FaultOf } from './fault.ts'

export interface Faults {
  set(fault: Fault): void
  /** Takes away all of them, or those of one endpoint. */
  clear(at?: Endpoint): void
  /** Takes away those that belong to a bad day. */
  clearBadDay(id: string): void
  list(): readonly Fault[]
  /** The first fault of these kinds that this request meets, counted as used. For the tenant's own handlers. */
  take<K extends FaultKind>(
    at: Endpoint,
    kinds: readonly K[],
    request: FastifyRequest,
  ): FaultOf<K> | undefined
}

/** These answer the request in the handler's stead, so only the first one that was set can count. */
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
    clearBadDay: (id) => void (faults = faults.filter(({ fault }) => fault.badDay !== id)),
    list: () =>
      faults.map(({ fault, left }) => (left === Infinity ? fault : { ...fault, times: left })),
    take(at, kinds, request) {
      const met = faults.filter(({ fault }) => fault.at === at && (fault.when?.(request) ?? true))
      const answer = met.find(({ fault }) => answering.has(fault.kind))
      const taken = met.find((entry) => isOneOf(entry.fault, kinds) && inTurn(entry, answer))
      if (!taken || !isOneOf(taken.fault, kinds)) return undefined
      taken.left -= 1
      faults = faults.filter(({ left }) => left > 0)
      return taken.fault
    },
  }
}

function inTurn(entry: { fault: Fault }, answer: { fault: Fault } | undefined): boolean {
  return !answering.has(entry.fault.kind) || entry === answer
}

function isOneOf<K extends FaultKind>(fault: Fault, kinds: readonly K[]): fault is FaultOf<K> {
  return kinds.some((kind) => kind === fault.kind)
}

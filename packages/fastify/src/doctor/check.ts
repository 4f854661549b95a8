/** The three kinds of finding. */
import type { Finding } from '@gatehouse/contract/doctor'

export type { Finding }

export type Who = Finding['who']

export function pass(id: string, reason: string): Finding {
  return { id, status: 'pass', reason, who: 'operator', next: 'Nothing to do.' }
}

export function warn(id: string, reason: string, next: string, who: Who = 'operator'): Finding {
  return { id, status: 'warn', reason, who, next }
}

export function fail(id: string, reason: string, next: string, who: Who = 'operator'): Finding {
  return { id, status: 'fail', reason, who, next }
}

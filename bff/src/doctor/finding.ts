/** One thing that was looked at: how it is, why, who can change it, and how. */
export interface Finding {
  id: string
  status: 'pass' | 'warn' | 'fail'
  reason: string
  /** `operator`: whoever runs the server; `administrator`: of the tenant; `developer`: of the app. */
  who: 'operator' | 'administrator' | 'developer'
  /** The exact next step; "Nothing to do." where all is well. */
  next: string
}

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

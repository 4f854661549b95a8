/** Changes a good JSON answer of Graph: a foreign `@odata.nextLink`, a `value` that is no list, headers that must not pass. */
export interface GraphResponseFault {
  kind: 'graphResponse'
  /** Merged over the JSON; undefined takes a member away. */
  patch?: Record<string, unknown>
  /** Members to take away, for those who set faults as JSON. */
  remove?: string[]
  headers?: Record<string, string>
}

export function patched(fault: GraphResponseFault, payload: object): object {
  const entries = Object.entries({ ...payload, ...fault.patch })
  return Object.fromEntries(entries.filter(([name]) => !fault.remove?.includes(name)))
}

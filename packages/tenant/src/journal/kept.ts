/** The requests that a state file keeps: those that the control page shows after a restart. */

import { Type, type Static } from 'typebox'
import type { JournalEntry } from './entry.ts'

/** The file is written after each change, so it has to stay small. */
const most = 100
const largestBody = 4_096

export const KeptJournal = Type.Array(
  Type.Object({
    id: Type.Integer({ minimum: 1 }),
    at: Type.Number(),
    tenantId: Type.Union([Type.String(), Type.Null()]),
    endpoint: Type.String(),
    method: Type.String(),
    path: Type.String(),
    query: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
    headers: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
    body: Type.Optional(Type.Unknown()),
    status: Type.Integer(),
    problem: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    fault: Type.Optional(Type.String()),
    isServed: Type.Boolean(),
  }),
  { maxItems: most, description: `a list of at most ${most} requests` },
)

export type KeptJournal = Static<typeof KeptJournal>

/** The latest answered requests, the oldest first; without bodies that are large. */
export function keptJournal(entries: readonly JournalEntry[]): KeptJournal {
  return entries
    .filter(({ status }) => status !== undefined)
    .slice(-most)
    .map(({ body, ...entry }) => {
      const isSmall = body !== undefined && JSON.stringify(body).length <= largestBody
      // JSON has no undefined, so the rest has the form of the schema.
      return { ...entry, ...(isSmall ? { body } : {}) } as KeptJournal[number]
    })
}

import { Type, type Static } from 'typebox'

/** The result of one check: its status, the reason, who can change it, and how. */
export const Finding = Type.Object({
  /** Such as `redirect-uri`; docs/doctor.md lists them. */
  id: Type.String(),
  status: Type.Enum(['pass', 'warn', 'fail']),
  reason: Type.String(),
  /** `operator`: runs the server; `administrator`: of the tenant; `developer`: of the app. */
  who: Type.Enum(['operator', 'administrator', 'developer']),
  /** The exact next step; "Nothing to do." for a check that passed. */
  next: Type.String(),
  /** The address or the setting of the next step, to copy. */
  copy: Type.Optional(Type.String()),
})

export type Finding = Static<typeof Finding>

/** What prevents a sign-in with this configuration; in development only. */
export const Diagnosis = Type.Object({
  /** Where users open the app: scheme, host and port. */
  publicUrl: Type.String(),
  findings: Type.Array(Finding),
})

export type Diagnosis = Static<typeof Diagnosis>

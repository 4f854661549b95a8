import { Type, type Static } from 'typebox'

/** One thing that was looked at: how it is, why, who can change it, and how. */
export const Finding = Type.Object({
  /** Such as `redirect-uri`; docs/doctor.md lists them. */
  id: Type.String(),
  status: Type.Enum(['pass', 'warn', 'fail']),
  reason: Type.String(),
  /** `operator`: whoever runs the server; `administrator`: of the tenant; `developer`: of the app. */
  who: Type.Enum(['operator', 'administrator', 'developer']),
  /** The exact next step; "Nothing to do." where all is well. */
  next: Type.String(),
  /** The address or the setting that the next step is about, to be copied as it is. */
  copy: Type.Optional(Type.String()),
})

export type Finding = Static<typeof Finding>

/** What stands between this configuration and a sign-in; answered in development alone. */
export const Diagnosis = Type.Object({
  /** Where people are to open the app: scheme, host, and port. */
  publicUrl: Type.String(),
  findings: Type.Array(Finding),
})

export type Diagnosis = Static<typeof Diagnosis>

import { Type, type Static } from 'typebox'

/** The result of one check: its status, the reason, who can change it, and how. */
export const Finding = Type.Object({
  /** Such as `redirect-uri`; docs/doctor.md lists them. */
  id: Type.String(),
  /** `unknown`: it was not checked, and `reason` says why not. */
  status: Type.Enum(['pass', 'warn', 'fail', 'unknown']),
  reason: Type.String(),
  /** `operator`: runs the server; `owner`: of the app registration; `administrator`: of the tenant; `developer`: of the app. */
  who: Type.Enum(['operator', 'owner', 'administrator', 'developer']),
  /** The exact next step; "Nothing to do." where there is none. */
  next: Type.String(),
  /** The address or the setting of the next step, to copy. */
  copy: Type.Optional(Type.String()),
  /** The page where the next step is done: of the registration in the portal, or of the local tenant. */
  link: Type.Optional(Type.String()),
})

export type Finding = Static<typeof Finding>

/** What prevents a sign-in with this configuration; in development only. */
export const Diagnosis = Type.Object({
  /** Where users open the app: scheme, host and port. */
  publicUrl: Type.String(),
  findings: Type.Array(Finding),
})

export type Diagnosis = Static<typeof Diagnosis>

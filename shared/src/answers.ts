/** The answers of the JSON API to GET, by path. Types only: they give `useApi(api.claims)` in a page its type. */
import type { Claims } from '@gatehouse/contract/claims'
import type { Development } from '@gatehouse/contract/development'
import type { Diagnosis } from '@gatehouse/contract/doctor'
import type { Session } from '@gatehouse/contract/session'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import type { Me } from './me.ts'
import type { Organisation } from './organisation.ts'
import type { api } from './paths.ts'
import type { Users } from './users.ts'

export interface ApiAnswers {
  [api.session]: Session
  [api.sessions]: OwnSessions
  [api.me]: Me
  [api.claims]: Claims
  [api.organisation]: Organisation
  [api.users]: Users
  [api.doctor]: Diagnosis
  [api.development]: Development
}

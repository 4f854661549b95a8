/** What a GET of the JSON API answers, by path. Types alone: `useApi(api.claims)` in a page is typed by this. */
import type { Claims } from '@gatehouse/contract/claims'
import type { Diagnosis } from '@gatehouse/contract/doctor'
import type { Me } from './me.ts'
import type { Organisation } from './organisation.ts'
import type { api } from './paths.ts'
import type { Session } from '@gatehouse/contract/session'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import type { Users } from './users.ts'

export interface ApiAnswers {
  [api.session]: Session
  [api.sessions]: OwnSessions
  [api.me]: Me
  [api.claims]: Claims
  [api.organisation]: Organisation
  [api.users]: Users
  [api.doctor]: Diagnosis
}

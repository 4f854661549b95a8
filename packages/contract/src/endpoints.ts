/**
 * The endpoints of the product: its routes take path and schemas from here. A page imports the types only. An app adds its
 * own list next to it.
 */
import { Development } from './development.ts'
import { Diagnosis } from './doctor.ts'
import { defineEndpoints } from './endpoint.ts'
import { Session } from './session.ts'
import { OwnSessions, SessionParams } from './sessions.ts'
import { SignInProblem, SignInProblemQuery } from './sign-in-problem.ts'

export const productEndpoints = defineEndpoints({
  'GET /api/session': { summary: 'Who is signed in, and until when', answer: Session },
  'POST /api/session/extend': { summary: 'Restarts the idle time', answer: Session },
  'GET /api/sessions': { summary: 'The user’s own sessions', answer: OwnSessions },
  'DELETE /api/sessions': { summary: 'Ends the user’s other sessions' },
  'DELETE /api/sessions/:id': {
    summary: 'Ends one of the user’s sessions',
    params: SessionParams,
  },
  'GET /api/sign-in-problem': {
    summary: 'What is known of a failed sign-in',
    query: SignInProblemQuery,
    answer: SignInProblem,
  },
  'GET /api/doctor': { summary: 'What prevents a sign-in; in development', answer: Diagnosis },
  'GET /api/development': { summary: 'Facts for developers; in development', answer: Development },
})

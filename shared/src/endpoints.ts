/** The app's own API: each endpoint once. The routes, `useApi` in the pages and the OpenAPI document follow from it. */
import { defineEndpoints } from '@gatehouse/contract/endpoint'
import { Claims } from '@gatehouse/contract/claims'
import { Me } from './me.ts'
import { Organisation } from './organisation.ts'
import { Users, UsersQuery } from './users.ts'

export const endpoints = defineEndpoints({
  'GET /api/me': { summary: 'The signed-in user', answer: Me },
  'GET /api/claims': { summary: 'The claims of the user’s ID token', answer: Claims },
  'GET /api/organisation': { summary: 'The user’s organisation', answer: Organisation },
  'GET /api/users': { summary: 'The users of the directory', query: UsersQuery, answer: Users },
})

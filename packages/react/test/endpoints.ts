/** The endpoints of an app that the tests are about. */
import { defineEndpoints } from '@gatehouse/contract/endpoint'
import { Type } from 'typebox'

const Report = Type.Object({ title: Type.String() })

const endpoints = defineEndpoints({
  'GET /api/reports': { answer: Report },
  'GET /api/claims': { answer: Type.Unknown() },
  'GET /api/reports/:id': { answer: Report },
  'GET /api/years/:year/reports': {
    params: Type.Object({ year: Type.Integer() }),
    query: Type.Object({ search: Type.Optional(Type.String()) }),
    answer: Type.Array(Report),
  },
  'GET /api/search': { query: Type.Object({ text: Type.String() }), answer: Type.Array(Report) },
  'POST /api/reports': { body: Report, answer: Report },
  'PATCH /api/reports/:id': { body: Type.Partial(Report), answer: Report },
  'DELETE /api/reports/:id': {},
  'POST /api/refresh': {},
})

declare module '@gatehouse/react' {
  interface Register {
    endpoints: typeof endpoints
  }
}

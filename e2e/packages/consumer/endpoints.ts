import { defineEndpoints } from '@gatehouse/contract/endpoint'
import { Type } from 'typebox'

export const endpoints = defineEndpoints({
  'GET /api/name': { answer: Type.Object({ name: Type.String() }) },
  'PUT /api/name': { body: Type.Object({ name: Type.String() }) },
})

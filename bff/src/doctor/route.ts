/** `GET /api/doctor`, in development only: the same checks, and how the browser arrived. */
import type { FastifyInstance } from 'fastify'
import { Diagnosis } from '@gatehouse/shared/doctor'
import { api } from '@gatehouse/shared/paths'
import type { Config } from '../config/index.ts'
import { examine } from './index.ts'

export default async function doctor(app: FastifyInstance, options: { config: Config }) {
  app.get(api.doctor, { schema: { response: { 200: Diagnosis } } }, async ({ headers }) => ({
    publicUrl: options.config.publicUrl,
    findings: await examine(options.config, {
      host: headers.host ?? '',
      forwarded: headers['x-forwarded-for'] !== undefined,
    }),
  }))
}

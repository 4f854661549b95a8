/** `GET /api/doctor`, in development only: the same checks, and how the browser arrived. */
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/index.ts'
import { examine } from './index.ts'

export default async function doctor(app: FastifyInstance, options: { config: Config }) {
  app.get('/api/doctor', async ({ headers }) => ({
    findings: await examine(options.config, {
      host: headers.host ?? '',
      forwarded: headers['x-forwarded-for'] !== undefined,
    }),
  }))
}

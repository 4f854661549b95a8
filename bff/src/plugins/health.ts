/** For load balancers: alive, and ready for traffic. Neither says anything about users or configuration. */
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../problem.ts'

export default async function health(app: FastifyInstance): Promise<void> {
  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get('/readyz', async () => {
    try {
      await app.identityReady()
      return { status: 'ready' }
    } catch (error) {
      const detail = 'The session store or Microsoft does not answer.'
      throw new ProblemError('unavailable', detail, { cause: error, retryAfterS: 5 })
    }
  })
}

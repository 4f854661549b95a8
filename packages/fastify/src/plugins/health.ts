/** For load balancers: alive, and ready for traffic. Neither reveals users or configuration. */
import { health as paths } from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../errors.ts'
import { sendProblem } from './error-handler.ts'

/** Azure Front Door and others ask with HEAD. */
const fromAnyone = { config: { allowFrom: 'anyone' }, exposeHeadRoute: true } as const

interface HealthOptions {
  /** Whether the process is about to end: it is alive, and no longer ready. */
  isEnding: () => boolean
}

export default async function health(
  app: FastifyInstance,
  { isEnding }: HealthOptions,
): Promise<void> {
  app.get(paths.alive, fromAnyone, async () => ({ status: 'alive' }))
  app.get(paths.ready, fromAnyone, async (_request, reply) => {
    if (isEnding()) {
      // Sent, not thrown: an end that was asked for is not logged as a failure.
      const detail = 'This instance is about to end.'
      return sendProblem(reply, new ProblemError('unavailable', detail, { retryAfterS: 5 }))
    }
    try {
      const ready = await app.identityReady()
      const { clockIsOff, credentialNeedsCare, credentialDaysLeft, storeWarning } = ready
      // Still ready: the operator has to correct them, and all instances share them.
      const warnings = [
        ...(clockIsOff ? ['clock'] : []),
        ...(credentialNeedsCare ? ['credential'] : []),
        ...(storeWarning === undefined ? [] : [storeWarning]),
      ]
      return {
        status: 'ready',
        ...(warnings.length > 0 && { warnings }),
        ...(credentialDaysLeft !== undefined && { credentialDaysLeft }),
      }
    } catch (error) {
      const detail = 'The session store or Microsoft does not answer.'
      throw new ProblemError('unavailable', detail, { cause: error, retryAfterS: 5 })
    }
  })
}

/** The pages of the control page, and the answer to an unknown address. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { closeNames } from '../../config/close-names.ts'
import { readFormValues } from '../../pages/control/form-values.ts'
import { controlPage } from '../../pages/control/page.ts'
import { notFoundPage } from '../../pages/errors.ts'
import { sendPage } from '../../pages/layout.ts'
import type { TenantState } from '../../tenant-state.ts'
import { ControlError, errorBody } from '../errors.ts'
import { createScenarios } from '../scenarios/scenarios.ts'

export function pageRoutes(app: FastifyInstance, tenant: TenantState): void {
  const scenarios = createScenarios(tenant)
  app.get('/', async ({ query }, reply) =>
    sendPage(reply, controlPage(tenant, scenarios.list(), 'scenarios', readFormValues(query))),
  )
  for (const tab of ['requests', 'directory'] as const) {
    app.get(`/${tab}`, async ({ query }, reply) =>
      sendPage(reply, controlPage(tenant, scenarios.list(), tab, readFormValues(query))),
    )
  }
}

/** A page for a browser, an error for other clients. @param paths that the control API has */
export function sendNotFound(
  { headers, url, method }: FastifyRequest,
  reply: FastifyReply,
  paths: readonly string[],
): FastifyReply {
  if (headers.accept?.includes('text/html')) return sendPage(reply, notFoundPage, 404)
  const path = url.split('?')[0] ?? ''
  const message = `The control API has no ${method} ${path}: GET /_tenant/openapi.json lists what it has.`
  return reply
    .code(404)
    .send(
      errorBody(new ControlError('unknown_path', message, { neighbours: closeNames(path, paths) })),
    )
}

/** Error pages: for errors that must not be sent to an unregistered address, and for unknown paths. */

import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import type { Problem, Trace } from '../entra/errors.ts'
import { layout, sendPage, type Page } from './layout.ts'

export function errorPage({ problem, trace }: { problem: Problem; trace: Trace }): Page {
  const main = html`<h1>Sorry, signing in does not work</h1>
    <p class="problem" role="alert">AADSTS${problem.code}: ${problem.message}</p>
    <p>
      The application sent a request that the tenant cannot answer. Its developer can mend that.
    </p>
    <dl>
      <dt>Trace ID</dt>
      <dd><code>${trace.traceId}</code></dd>
      <dt>Correlation ID</dt>
      <dd><code>${trace.correlationId}</code></dd>
      <dt>Timestamp</dt>
      <dd><code>${new Date(trace.at).toISOString()}</code></dd>
    </dl>`
  return { html: layout({ title: 'Signing in does not work', main }) }
}

/** Answers unknown paths with a page. */
export function answerUnknown(app: FastifyInstance): void {
  const main = html`<h1>Nothing is here</h1>
    <p class="quiet">The local tenant has no such address.</p>
    <p class="actions"><a class="button" href="/_tenant">Control page</a></p>`
  const page = { html: layout({ title: 'Nothing is here', main }) }
  app.setNotFoundHandler((_request, reply) => sendPage(reply, page, 404))
}

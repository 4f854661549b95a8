/** Addresses that the tenant does not have. */

import { html } from 'ghtml'
import type { FastifyInstance } from 'fastify'
import { layout } from './layout.ts'
import { sendPage } from './send-page.ts'

export function answerUnknown(app: FastifyInstance): void {
  const main = html`<h1>Nothing is here</h1>
    <p class="quiet">The local tenant has no such address.</p>
    <p class="actions"><a class="button" href="/_tenant">Control page</a></p>`
  const page = { html: layout({ title: 'Nothing is here', main }) }
  app.setNotFoundHandler((_request, reply) => sendPage(reply, page, 404))
}

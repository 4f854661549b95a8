/** Error pages: for errors that must not be sent to an unregistered address, and for unknown paths. */

import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import type { Problem, Trace } from '../entra/errors.ts'
import { layout, sendPage, type Page } from './layout.ts'
import { words } from './words.ts'

interface SignInError {
  problem: Problem
  trace: Trace
  /** The home page of the application, if it is known. */
  app: string | undefined
}

export function errorPage({ problem, trace, app }: SignInError): Page {
  const main = html`<h1>${words.error.title}</h1>
    <p class="problem" role="alert">AADSTS${problem.code}: ${problem.message}</p>
    <p>${words.error.who}</p>
    <dl>
      <dt>${words.error.traceId}</dt>
      <dd><code>${trace.traceId}</code></dd>
      <dt>${words.error.correlationId}</dt>
      <dd><code>${trace.correlationId}</code></dd>
      <dt>${words.error.timestamp}</dt>
      <dd><code>${new Date(trace.at).toISOString()}</code></dd>
    </dl>
    !${
      app === undefined
        ? ''
        : html`<p class="actions">
            <a class="button primary" href="${app}">${words.error.back}</a>
          </p>`
    }`
  return { html: layout({ title: words.error.title, main }) }
}

/** What a number means, for those who follow the `error_uri` of an answer. */
export function errorCodePage(
  code: number,
  { error, message }: Pick<Problem, 'error' | 'message'>,
): Page {
  const title = `AADSTS${code}`
  const reference = 'https://learn.microsoft.com/entra/identity-platform/reference-error-codes'
  const main = html`<h1>${title}</h1>
    <p>${message}</p>
    <p><code>${error}</code></p>
    <p class="actions"><a class="button" href="${reference}">${words.error.reference}</a></p>`
  return { html: layout({ title, main }) }
}

export const notFoundPage: Page = {
  html: layout({
    title: words.notFound.title,
    main: html`<h1>${words.notFound.title}</h1>
      <p class="quiet">${words.notFound.text}</p>
      <p class="actions"><a class="button" href="/_tenant">${words.controlPage}</a></p>`,
  }),
}

/** Answers unknown paths with a page. */
export function answerUnknown(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => sendPage(reply, notFoundPage, 404))
}

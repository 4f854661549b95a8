/** The API's description as a page for people: no script, one style, nothing from elsewhere. */
import { api } from '@gatehouse/contract/paths'
import type { FastifyReply } from 'fastify'
import { escapeHtml, headersOfPage } from '../html-page.ts'

/** As much of an OpenAPI document as is shown. */
export interface OpenApi {
  info: { title: string; description?: string }
  paths?: Record<string, Record<string, Operation>>
}

interface Operation {
  summary?: string
  security?: Record<string, unknown>[]
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown }[]
  requestBody?: { content: Content }
  responses?: Record<string, { description?: string; content?: Content }>
}

type Content = Record<string, { schema?: unknown }>

const style = `:root{color-scheme:light dark}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem}
section{margin-top:2rem;padding-top:1rem;border-top:1px solid color-mix(in srgb,CanvasText 20%,Canvas)}
h1{font-size:1.5rem}h2{margin:0;font-size:1.125rem;overflow-wrap:anywhere}h3{margin:1rem 0 .25rem;font-size:1rem}
p{margin:.25rem 0}
pre{margin:0;padding:.75rem;overflow:auto;font-size:.875rem;border-radius:.25rem;background:color-mix(in srgb,CanvasText 6%,Canvas)}
a:focus-visible,pre:focus-visible{outline:3px solid Highlight;outline-offset:2px}`

const headers = headersOfPage(style)

/** @param basePath the path of `publicUrl`; empty without one */
export function sendReference(
  reply: FastifyReply,
  { info, paths = {} }: OpenApi,
  basePath: string,
): FastifyReply {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => sectionOf(method, path, operation)),
  )
  return reply.headers(headers).send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(info.title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${style}</style></head>
<body><main><h1>${escapeHtml(info.title)}</h1>
<p>${escapeHtml(info.description ?? '')}</p>
<p><a href="${escapeHtml(basePath)}${api.openApi}">The OpenAPI document</a></p>
${operations.join('\n')}
</main></body></html>
`)
}

function sectionOf(method: string, path: string, operation: Operation): string {
  const { summary = '', parameters = [], requestBody, responses = {}, security = [] } = operation
  const needs = security.flatMap((one) => Object.keys(one))
  return `<section><h2>${method.toUpperCase()} ${escapeHtml(path)}</h2>
<p>${escapeHtml(summary)}</p>
<p>${needs.includes('session') ? 'For signed-in users.' : 'For everyone.'}${needs.includes('sameSite') ? ' With the header x-csrf.' : ''}</p>
${parameters.map(({ name, in: place, required, schema }) => block(`${name} (${place}${required ? ', required' : ''})`, schema)).join('\n')}
${requestBody ? block('Body', schemaIn(requestBody.content)) : ''}
${Object.entries(responses)
  .filter(([status]) => status !== 'default')
  .map(([status, { content }]) => block(`Answer ${status}`, content && schemaIn(content)))
  .join('\n')}
</section>`
}

function schemaIn(content: Content): unknown {
  return Object.values(content)[0]?.schema
}

function block(title: string, schema: unknown): string {
  const json = schema === undefined ? '' : JSON.stringify(schema, undefined, 2)
  return `<h3>${escapeHtml(title)}</h3>${json && `<pre tabindex="0">${escapeHtml(json)}</pre>`}`
}

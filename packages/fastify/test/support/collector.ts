/** A stand-in for an OpenTelemetry collector: takes OTLP as JSON over HTTP, and keeps it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number | string }
}

export interface CollectedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: Attribute[]
  status: { code?: number }
}

interface Traces {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: CollectedSpan[] }[]
  }[]
}

export interface Collector {
  url: string
  /** Everything that came, as text. */
  text(): string
  paths(): string[]
  spans(): CollectedSpan[]
  resource(): Record<string, unknown>
  close(): Promise<void>
}

/** @param status of every answer */
export async function startCollector(status = 200): Promise<Collector> {
  const received: { path: string; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      received.push({ path: request.url ?? '', body })
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const traces = () =>
    received
      .filter(({ path }) => path.endsWith('/v1/traces'))
      .flatMap(({ body }) => (JSON.parse(body) as Traces).resourceSpans)
  return {
    url: `http://127.0.0.1:${port}`,
    text: () => received.map(({ body }) => body).join('\n'),
    paths: () => received.map(({ path }) => path),
    spans: () => traces().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => attributesOf(traces()[0]?.resource.attributes ?? []),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export function attributesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  )
}

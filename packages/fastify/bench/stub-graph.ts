/** A Graph that costs nothing: fixed pages of users, after a fixed delay. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubGraph {
  url: string
  /** The delay of each answer, ms. */
  delayMs: number
  /** The number of requests that wait for their answer. */
  waiting: number
  close(): void
}

/** @param port 0 for any free port */
export async function startStubGraph(delayMs = 0, port = 0): Promise<StubGraph> {
  const pages = new Map<string, string>()
  const server = createServer((request, response) => {
    const top = new URL(request.url ?? '/', 'http://graph').searchParams.get('$top') ?? '5'
    const answer = () => {
      response.setHeader('content-type', 'application/json; odata.metadata=minimal')
      response.end(pages.get(top) ?? pages.get('5'))
    }
    if (graph.delayMs === 0) return answer()
    graph.waiting += 1
    response.once('close', () => void (graph.waiting -= 1))
    setTimeout(answer, graph.delayMs)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const listening = server.address() as AddressInfo
  const url = `http://127.0.0.1:${listening.port}/v1.0`
  for (const size of [5, 100]) pages.set(String(size), page(url, size))
  const graph: StubGraph = {
    url,
    delayMs,
    waiting: 0,
    close: () => void server.close(),
  }
  return graph
}

function page(url: string, size: number): string {
  const value = Array.from({ length: size }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    displayName: `Person Number ${index}`,
    givenName: 'Person',
    surname: `Number ${index}`,
    mail: `person.${index}@directory.example`,
    userPrincipalName: `person.${index}@directory.example`,
  }))
  const skipToken = 'RFNwdAIAAQAAACM6cGVyc29uLjVAZGlyZWN0b3J5LmV4YW1wbGU'
  return JSON.stringify({
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users',
    '@odata.count': 1204,
    // A whole address, as Graph's is.
    '@odata.nextLink': `${url}/users?$top=${size}&$skiptoken=${skipToken}`,
    value,
  })
}
